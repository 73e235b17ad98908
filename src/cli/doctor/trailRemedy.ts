import type { ObservedTrail } from '../../infrastructure/trailCheck.ts';

/** What to do so that a trail logs management events in the region; one line each. */
export function trailRemedy(trails: readonly ObservedTrail[], region: string): readonly string[] {
  const off = trails.find(
    ({ logging, multiRegion, homeRegion }) => !logging && (multiRegion || homeRegion === region),
  );
  if (off !== undefined)
    return [`aws cloudtrail start-logging --name ${off.name} --region ${off.homeRegion}`];
  const reaching = trails.find(({ multiRegion, homeRegion }) => multiRegion || homeRegion === region);
  if (reaching !== undefined) {
    return [
      `let trail ${reaching.name} log management events that write:`,
      `aws cloudtrail put-event-selectors --trail-name ${reaching.name} --region ${reaching.homeRegion} --event-selectors '[{"ReadWriteType":"All","IncludeManagementEvents":true}]'`,
    ];
  }
  return [
    'create a trail of all Regions, with a bucket that CloudTrail can write to:',
    `aws cloudtrail create-trail --name management-events --is-multi-region-trail --s3-bucket-name BUCKET --region ${region}`,
    `aws cloudtrail start-logging --name management-events --region ${region}`,
  ];
}
