import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { first, manifest, type Shown, second } from '../cluster/fixture.ts';
import { runBinary } from '../harness/binary.ts';
import { eventually } from '../harness/eventually.ts';
import { mostInASecond, type ProxiedRequest, startFaultProxy, type Trouble } from '../harness/faultProxy.ts';
import { openAwsWithEvents } from './awsWithEvents.ts';

const html = '<!DOCTYPE html><html><body><h1>Service Unavailable</h1></body></html>';
const page = (status: number): Trouble => ({
  kind: 'Answer',
  status,
  body: html,
  headers: { 'content-type': 'text/html' },
});

const troubles: readonly (readonly [string, Trouble])[] = [
  ['what is asked is done, and every answer is lost', { kind: 'Reset', when: 'After' }],
  ['every answer breaks off half-way', { kind: 'Half', end: 'Reset' }],
  ['connections are reset', { kind: 'Reset', when: 'Before' }],
  ['bytes come that are no HTTP', { kind: 'Garbage' }],
  ['a load balancer answers 503 with a page', page(503)],
  ['something else answers 200 with a page', page(200)],
];
const waiting: typeof troubles = [
  ['every answer stops half-way and the connection stays open', { kind: 'Half', end: 'Silence' }],
  ['nothing is ever answered', { kind: 'Silence' }],
  ['every answer takes a second', { kind: 'Slow', milliseconds: 1_000 }],
];

const isOf =
  (service: string) =>
  ({ headers }: ProxiedRequest): boolean =>
    String(headers['x-amz-target']).startsWith(service);
const isOrganizations = isOf('AWSOrganizations');
const isQueue = isOf('AmazonSQS');

/** The built executable with a folder of manifests, in sync, on a simulated AWS behind a network that can be broken. */
async function fixture() {
  const aws = await openAwsWithEvents();
  const proxy = await startFaultProxy({ url: aws.environment.AWS_ENDPOINT_URL });
  const directory = await mkdtemp(join(tmpdir(), 'trusted-access-wire-'));
  const declare = async (accountId: string) => {
    const path = join(directory, 'sso.yaml');
    await writeFile(`${path}.new`, manifest({ spec: `delegatedAdministrators: ["${accountId}"]` }));
    await rename(`${path}.new`, path);
  };
  await declare(first);
  const off = ['--metrics-bind-address=0', '--health-probe-bind-address=0'];
  const operator = await runBinary(
    ['run', `--manifests=${directory}`, `--event-queue=${aws.queue}`, ...off],
    { ...aws.environment, AWS_ENDPOINT_URL: proxy.url },
  );
  const condition = async (type: string) => {
    const { status } = parse(await readFile(join(directory, '.status', 'sso.yaml'), 'utf8')) as Shown;
    return status?.conditions.find((each) => each.type === type);
  };
  const stands = (type: string, status: string) =>
    eventually(async () => expect(await condition(type)).toMatchObject({ status }), {
      timeoutMs: 60_000,
      everyMs: 100,
      what: `${type} to be ${status}`,
    });
  await stands('Ready', 'True');
  await stands('EventDriven', 'True');
  const begun = { requests: proxy.requests.length, changes: aws.changes().length };
  return {
    aws,
    proxy,
    operator,
    declare,
    stands,
    /** What was changed since the stage was set. */
    changed: () =>
      aws
        .changes()
        .slice(begun.changes)
        .map(({ operation }) => operation),
    /** Asks gently, keeps few connections, and ends when it is told to. */
    async behaves(concerned: (request: ProxiedRequest) => boolean) {
      expect(mostInASecond(proxy.requests.slice(begun.requests).filter(concerned))).toBeLessThan(30);
      expect(proxy.connections()).toBeLessThan(12);
      operator.signal('SIGTERM');
      expect(await operator.exited).toMatchObject({ code: 0 });
    },
    async [Symbol.asyncDispose]() {
      await operator.stop();
      await proxy[Symbol.asyncDispose]();
      await aws[Symbol.asyncDispose]();
      await rm(directory, { recursive: true });
    },
  };
}

const swapping = new Set(['RegisterDelegatedAdministrator', 'DeregisterDelegatedAdministrator']);
/** Milliseconds that a bad day lasts. */
const bad = 4_000;

describe.concurrent('the queue on a bad day, while another user disables access', () => {
  it.each(troubles)(
    '%s: what could not be received is received when it is over',
    async (_, trouble) => {
      await using scenario = await fixture();
      scenario.proxy.troubled = (request) => (isQueue(request) ? trouble : undefined);
      scenario.proxy.cut();
      scenario.aws.outsider('DisableAWSServiceAccess');
      await sleep(bad);
      scenario.proxy.troubled = () => undefined;
      await eventually(() => expect(scenario.aws.isEnabled()).toBe(true), { timeoutMs: 120_000 });
      await scenario.stands('Ready', 'True');
      expect(scenario.changed()).toEqual(['EnableAWSServiceAccess']);
      await scenario.behaves(isQueue);
    },
    240_000,
  );
});

describe.concurrent('AWS Organizations on a bad day, while an administrator is swapped', () => {
  it.each([...waiting, ...troubles])(
    '%s: ends in sync when it is over',
    async (_, trouble) => {
      await using scenario = await fixture();
      const { aws, proxy } = scenario;
      proxy.troubled = (request) => (isOrganizations(request) ? trouble : undefined);
      await scenario.declare(second);
      await sleep(bad);
      expect([first, second]).toEqual(expect.arrayContaining(aws.administrators()));
      proxy.troubled = () => undefined;
      await eventually(() => expect(aws.administrators()).toEqual([second]), { timeoutMs: 120_000 });
      await scenario.stands('Ready', 'True');
      expect(scenario.changed().filter((operation) => !swapping.has(operation))).toEqual([]);
      await scenario.behaves(isOrganizations);
    },
    240_000,
  );
});
