import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { crdYaml } from '../../src/cli/crd.ts';
import { eventually } from '../harness/eventually.ts';
import { mostInASecond, type ProxiedRequest, startFaultProxy, type Trouble } from '../harness/faultProxy.ts';
import { writeKubeconfig } from '../harness/kubeconfig.ts';
import { sharedCluster } from '../harness/shared.ts';
import { first, manifest, openAws, second, standsAt, startOperator } from './fixture.ts';

const cluster = sharedCluster();

const refusal = (code: number, reason: string, headers = {}): Trouble => ({
  kind: 'Answer',
  status: code,
  body: JSON.stringify({
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    reason,
    message: reason,
    code,
  }),
  headers: { 'content-type': 'application/json', ...headers },
});
const expired = JSON.stringify({
  type: 'ERROR',
  object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' },
});

const isWatch = ({ path }: ProxiedRequest): boolean => path.includes('watch=true');
const isStatus = ({ path }: ProxiedRequest): boolean => path.includes('/status?');
const isCall = (request: ProxiedRequest): boolean => !isWatch(request);
const isAny = (): boolean => true;

const tooMany = refusal(429, 'TooManyRequests', { 'retry-after': '1' });
const failure = refusal(500, 'InternalError');

/** Where a status cannot be stored, the way back cannot, and the swap has to wait. */
const refused: readonly (readonly [string, Trouble])[] = [
  ['answered 429 with Retry-After', tooMany],
  ['answered 500', failure],
  ['reset', { kind: 'Reset', when: 'Before' }],
];
const anything: readonly (readonly [string, (request: ProxiedRequest) => boolean, Trouble])[] = [
  ['answers to status writes stop half-way', isStatus, { kind: 'Half', end: 'Silence' }],
  ['answers of status writes are lost', isStatus, { kind: 'Reset', when: 'After' }],
  ['everything is answered 429 with Retry-After', isAny, tooMany],
  ['everything is answered 500', isAny, failure],
  ['every connection is reset', isAny, { kind: 'Reset', when: 'Before' }],
  ['bytes come that are no HTTP', isAny, { kind: 'Garbage' }],
  ['every answer takes half a second', isAny, { kind: 'Slow', milliseconds: 500 }],
  ['a watch is answered 410', isWatch, refusal(410, 'Expired')],
  [
    'a watch tells that it is too old',
    isWatch,
    { kind: 'Answer', status: 200, body: `${expired}\n`, headers: { 'content-type': 'application/json' } },
  ],
  ['watches are cut after a moment', isWatch, { kind: 'Cut', milliseconds: 150 }],
  ['every answer breaks off half-way', isCall, { kind: 'Half', end: 'Reset' }],
];

let shards = 0;

/** An operator in sync, on a shard of the shared cluster and an AWS of its own, through a network that can be broken. */
async function fixture() {
  shards += 1;
  const name = `wire-${shards}`;
  const { url, certificateAuthority, adminToken, folder } = cluster;
  const headers = { authorization: `Bearer ${adminToken}` };
  const proxy = await startFaultProxy({ url, certificateAuthority, headers });
  const aws = await openAws();
  const kubeconfig = await writeKubeconfig(
    { url: proxy.url, certificateAuthority, folder },
    name,
    adminToken,
  );
  const declare = (administrator: string) =>
    cluster.apply(manifest({ name, shard: name, spec: `delegatedAdministrators: ["${administrator}"]` }));
  await declare(first);
  const operator = await startOperator({ kubeconfig }, aws, [`--watch-label-selector=shard=${name}`]);
  const stands = () => standsAt(cluster, 'InSync', { name, timeoutMs: 90_000 });
  await stands();
  const begun = { requests: proxy.requests.length, lines: operator.lines().length };
  return {
    aws,
    proxy,
    declare,
    /** It ends as declared, asks gently, says little, keeps few connections, and ends when it is told to. */
    async endsWell() {
      await eventually(() => expect(aws.administrators()).toEqual([second]), { timeoutMs: 90_000 });
      await stands();
      expect(mostInASecond(proxy.requests.slice(begun.requests))).toBeLessThan(25);
      expect(proxy.connections()).toBeLessThanOrEqual(9);
      expect(operator.lines().length - begun.lines).toBeLessThan(60);
      const written = aws.writes().filter((operation) => !/^(Reg|Dereg|Enable)/.test(operation));
      expect(written).toEqual([]);
      operator.signal('SIGTERM');
      expect(await operator.exited).toMatchObject({ code: 0 });
    },
    async [Symbol.asyncDispose]() {
      await operator.stop();
      await proxy[Symbol.asyncDispose]();
      await aws[Symbol.asyncDispose]();
      await cluster.kubectl(['delete', 'ta', name, '--ignore-not-found']);
    },
  };
}

/** Milliseconds that a bad day lasts. */
const bad = 3_000;

describe.concurrent('between the operator and a real kube-apiserver, while an administrator is swapped', () => {
  beforeAll(() => cluster.apply(crdYaml()));

  it.each(anything)(
    '%s: ends in sync when it is over',
    async (_, concerned, trouble) => {
      await using scenario = await fixture();
      scenario.proxy.troubled = (request) => (concerned(request) ? trouble : undefined);
      scenario.proxy.cut();
      await scenario.declare(second);
      await sleep(bad);
      expect([first, second]).toEqual(expect.arrayContaining(scenario.aws.administrators()));
      scenario.proxy.troubled = () => undefined;
      await scenario.endsWell();
    },
    240_000,
  );

  it.each(refused)(
    'status writes are %s: no gap is opened, and it ends in sync',
    async (_, trouble) => {
      await using scenario = await fixture();
      scenario.proxy.troubled = (request) => (isStatus(request) ? trouble : undefined);
      await scenario.declare(second);
      await sleep(bad);
      expect(scenario.aws.administrators()).toEqual([first]);
      expect(scenario.aws.writes()).not.toContain('DeregisterDelegatedAdministrator');
      scenario.proxy.troubled = () => undefined;
      await scenario.endsWell();
    },
    240_000,
  );
});
