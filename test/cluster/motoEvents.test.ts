import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateAccountCommand,
  CreateOrganizationCommand,
  DeregisterDelegatedAdministratorCommand,
  ListDelegatedAdministratorsCommand,
  OrganizationsClient,
} from '@aws-sdk/client-organizations';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { infrastructureSpecOf } from '../../src/infrastructure/infrastructureSpec.ts';
import { type Binary, runBinary, runToEnd } from '../harness/binary.ts';
import { eventually } from '../harness/eventually.ts';
import { awsEnvironment, makeTrail, resetMoto } from '../harness/moto.ts';
import { sharedMotoUrl } from '../harness/shared.ts';
import { manifest } from './fixture.ts';

const ServicePrincipal = 'sso.amazonaws.com';

/** moto tells nobody of its own changes: the messages are written by hand, in the shape CloudTrail has. */
describe('the executable on the SQS and EventBridge of moto', () => {
  let folder: string;
  let operator: Binary;
  let organizations: OrganizationsClient;
  let sqs: SQSClient;
  let administrator: string;
  let managementAccountId: string;
  let url: string;

  beforeAll(async () => {
    url = sharedMotoUrl();
    await resetMoto(url);
    await makeTrail(url);
    const client = {
      endpoint: url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    };
    organizations = new OrganizationsClient(client);
    sqs = new SQSClient(client);
    const { Organization } = await organizations.send(new CreateOrganizationCommand({ FeatureSet: 'ALL' }));
    managementAccountId = Organization?.MasterAccountId ?? '';
    const made = await organizations.send(
      new CreateAccountCommand({ AccountName: 'identity', Email: 'identity@example.com' }),
    );
    administrator = made.CreateAccountStatus?.AccountId ?? '';
    folder = await mkdtemp(join(tmpdir(), 'moto-events-'));
    await writeFile(
      join(folder, 'sso.yaml'),
      manifest({ spec: `delegatedAdministrators: ["${administrator}"], interval: 1h` }),
    );
  });
  afterAll(async () => {
    await operator?.stop();
    organizations?.destroy();
    sqs?.destroy();
    await rm(folder, { recursive: true, force: true });
  });

  const status = async () => parse(await readFile(join(folder, '.status', 'sso.yaml'), 'utf8')).status;
  const administrators = async () => {
    const found = await organizations.send(new ListDelegatedAdministratorsCommand({ ServicePrincipal }));
    return (found.DelegatedAdministrators ?? []).map(({ Id }) => Id);
  };

  it('verifies by its heartbeat that events arrive through the queue that setup made', async () => {
    const made = await runToEnd(['setup', '--yes'], awsEnvironment(url));
    expect(made).toMatchObject({ code: 0 });
    const { queue } = infrastructureSpecOf({ accountId: managementAccountId, region: 'us-east-1' });
    operator = await runBinary(
      [
        'run',
        '--manifests',
        folder,
        '--event-queue',
        queue.url,
        '--metrics-bind-address=0',
        '--health-probe-bind-address=0',
      ],
      awsEnvironment(url),
    );
    await eventually(async () => {
      const { conditions } = await status();
      expect(conditions).toContainEqual(expect.objectContaining({ type: 'Ready', status: 'True' }));
      expect(conditions).toContainEqual(expect.objectContaining({ type: 'EventDriven', status: 'True' }));
    });
  });

  it('restores a removed administrator after its event among meaningless messages, and names the actor', async () => {
    await organizations.send(
      new DeregisterDelegatedAdministratorCommand({ ServicePrincipal, AccountId: administrator }),
    );
    const { queue } = infrastructureSpecOf({ accountId: managementAccountId, region: 'us-east-1' });
    const bodies = [
      'not JSON',
      '{}',
      JSON.stringify({ source: 'aws.ec2' }),
      JSON.stringify(record()),
      JSON.stringify(record()),
    ];
    await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: queue.url,
        Entries: bodies.map((MessageBody, index) => ({ Id: String(index), MessageBody })),
      }),
    );
    await eventually(async () => expect((await status()).lastDrift?.correctedAt).toBeDefined());
    expect(await administrators()).toEqual([administrator]);
    expect((await status()).lastDrift).toMatchObject({
      kind: 'AdministratorRemoved',
      detectedBy: 'Event',
      by: expect.stringContaining('mallory'),
      sourceIp: '198.51.100.7',
    });
  });

  function record() {
    const time = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
    return {
      version: '0',
      id: '00000000-0000-4000-8000-000000000001',
      'detail-type': 'AWS API Call via CloudTrail',
      source: 'aws.organizations',
      account: managementAccountId,
      time,
      region: 'us-east-1',
      resources: [],
      detail: {
        eventVersion: '1.10',
        userIdentity: {
          type: 'AssumedRole',
          arn: `arn:aws:sts::${managementAccountId}:assumed-role/Admin/mallory`,
          accountId: managementAccountId,
          sessionContext: {
            sessionIssuer: {
              type: 'Role',
              arn: `arn:aws:iam::${managementAccountId}:role/Admin`,
              userName: 'Admin',
            },
          },
        },
        eventTime: time,
        eventSource: 'organizations.amazonaws.com',
        eventName: 'DeregisterDelegatedAdministrator',
        awsRegion: 'us-east-1',
        sourceIPAddress: '198.51.100.7',
        userAgent: 'aws-cli/2.31.0',
        requestParameters: { servicePrincipal: ServicePrincipal, accountId: administrator },
        responseElements: null,
        requestID: '11111111-1111-4111-8111-111111111111',
        eventID: '22222222-2222-4222-8222-222222222222',
        readOnly: false,
        eventType: 'AwsApiCall',
        managementEvent: true,
        recipientAccountId: managementAccountId,
        eventCategory: 'Management',
      },
    };
  }
});
