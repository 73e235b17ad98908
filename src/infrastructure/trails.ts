import { type SettingsFor, settingsOf } from '../awsApi/clientSettings.ts';
import { infrastructureCaller } from './call.ts';
import { InfrastructureError } from './infrastructure.ts';
import type { ObservedTrail, TrailSelectors } from './trailCheck.ts';

/** Trails that concern the region, those of other Regions and of the organization included. Rejects with a InfrastructureError. */
export async function observeTrails(
  region: string,
  settingsFor: SettingsFor,
  signal: AbortSignal,
): Promise<readonly ObservedTrail[]> {
  const call = caller(region, settingsFor);
  const { trailList = [] } = await call('DescribeTrails', signal, (sdk, client, options) =>
    client.send(new sdk.DescribeTrailsCommand({ includeShadowTrails: true }), options),
  );
  return Promise.all(
    trailList.map(async ({ Name = '', TrailARN = Name, HomeRegion = region, IsMultiRegionTrail = false }) => {
      const status = await call('GetTrailStatus', signal, (sdk, client, options) =>
        client.send(new sdk.GetTrailStatusCommand({ Name: TrailARN }), options),
      );
      return {
        name: Name,
        homeRegion: HomeRegion,
        multiRegion: IsMultiRegionTrail,
        logging: status.IsLogging ?? false,
        selectors: await selectorsOf(TrailARN, call, signal),
      };
    }),
  );
}

type Call = ReturnType<typeof caller>;

async function selectorsOf(
  TrailName: string,
  call: Call,
  signal: AbortSignal,
): Promise<TrailSelectors | undefined> {
  try {
    const answer = await call('GetEventSelectors', signal, (sdk, client, options) =>
      client.send(new sdk.GetEventSelectorsCommand({ TrailName }), options),
    );
    return {
      basic: (answer.EventSelectors ?? []).map(
        ({ ReadWriteType = 'All', IncludeManagementEvents = true }) => ({
          readWriteType: ReadWriteType,
          management: IncludeManagementEvents,
        }),
      ),
      advanced: (answer.AdvancedEventSelectors ?? []).map(({ FieldSelectors = [] }) => ({
        fields: FieldSelectors.map(({ Field = '', Equals = [], NotEquals = [] }) => ({
          field: Field,
          equals: Equals,
          notEquals: NotEquals,
        })),
      })),
    };
  } catch (error) {
    // A trail of the organization can be seen where its selectors can not.
    if (error instanceof InfrastructureError && error.denied) return undefined;
    throw error;
  }
}

function caller(region: string, settingsFor: SettingsFor) {
  return infrastructureCaller('cloudtrail', async () => {
    const sdk = await import('@aws-sdk/client-cloudtrail');
    const settings = settingsOf('CLOUDTRAIL', await settingsFor(undefined, region));
    return { sdk, client: new sdk.CloudTrailClient(settings) };
  });
}
