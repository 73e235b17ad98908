import { iamClient, identityCenterClient, organizationsClient } from '../../aws/clients.ts';
import type { Destination } from '../../aws/proxies.ts';
import type { Transport } from '../../aws/transport.ts';
import { eventBridgeBus } from '../../awsApi/eventBus.ts';
import { partitionOf } from '../../awsApi/partitions.ts';
import { parseQueueUrl } from '../../awsApi/queueAddress.ts';
import { stsCallerIdentity } from '../../events/callerIdentity.ts';
import { sqsQueue } from '../../events/sqsQueue.ts';
import { observeTrails } from '../../infrastructure/trails.ts';
import type { AwsFacts } from './awsFacts.ts';

type Settings = AwsFacts['ownSettings'];

/**
 * Where every service that the operator uses is, as the SDK resolves it from region, FIPS, dual-stack and
 * AWS_ENDPOINT_URL. Sends nothing. Rejects when the settings cannot be used.
 */
export async function endpointsOf(
  settingsFor: Settings,
  queueUrls: readonly string[],
  signal: AbortSignal,
): Promise<readonly Destination[]> {
  const { region } = await settingsFor(undefined);
  const home = partitionOf(region).organizationsRegion;
  const { caught, catching } = catcher(settingsFor);
  const { DescribeOrganizationCommand } = await import('@aws-sdk/client-organizations');
  const { GetRoleCommand } = await import('@aws-sdk/client-iam');
  const { ListInstancesCommand } = await import('@aws-sdk/client-sso-admin');
  const ignore = () => undefined;
  const calls: readonly (() => Promise<unknown>)[] = [
    () => stsCallerIdentity(catching)(signal),
    async () =>
      (await organizationsClient(await catching(undefined, home), ignore)).send(
        new DescribeOrganizationCommand({}),
      ),
    async () =>
      (await iamClient(await catching(undefined, home))).send(new GetRoleCommand({ RoleName: 'r' })),
    async () => (await identityCenterClient(await catching(undefined))).send(new ListInstancesCommand({})),
    () => observeTrails(home, catching, signal),
    () => eventBridgeBus('default', home, catching).put([nothing], signal),
    ...queueUrls.map(
      (url) => () =>
        sqsQueue(parseQueueUrl(url), catching).receive({ waitSeconds: 0, visibilitySeconds: 0 }, signal),
    ),
  ];
  // One after the other: the order of the report.
  for (const call of calls) await call().catch(ignore);
  return caught;
}

const nothing = { detailType: '', detail: '{}', time: 0, resources: [] };

/** Settings whose clients note where a request would go, and send none. */
function catcher(settingsFor: Settings) {
  const caught: Destination[] = [];
  const requestHandler: Transport = {
    metadata: { handlerProtocol: 'http/1.1' },
    httpHandlerConfigs: () => ({}),
    updateHttpClientConfig: () => undefined,
    destroy: () => undefined,
    async handle({ protocol, hostname, port }) {
      caught.push({ protocol, hostname, port });
      throw new Error('no request is sent');
    },
  };
  const catching: Settings = async (target, region) => ({
    ...(await settingsFor(target, region)),
    credentials: async () => ({ accessKeyId: 'none', secretAccessKey: 'none' }),
    requestHandler,
    maxAttempts: 1,
  });
  return { caught, catching };
}
