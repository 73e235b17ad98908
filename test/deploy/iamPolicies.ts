import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Statement as SimulatedStatement } from '../../sandbox/aws/identity.ts';

export const iam = join(import.meta.dirname, '../../deploy/iam');

export interface Statement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Principal?: object;
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export interface Policy {
  readonly Version: string;
  readonly Statement: readonly Statement[];
}

/** By path under deploy/iam, without its ending: `policies/observe`, `events/consumer-policy`, `trust/irsa`. */
export const policy = (path: string): Policy => JSON.parse(readFileSync(join(iam, `${path}.json`), 'utf8'));

export const policyPaths = [
  ...readdirSync(join(iam, 'policies')).map((name) => `policies/${name.replace('.json', '')}`),
  'events/consumer-policy',
  'events/setup-policy',
  'events/forwarding/setup-policy',
];

const list = (value: string | readonly string[] | undefined): readonly string[] =>
  value === undefined ? [] : [value].flat();

export const actionsIn = (...policies: readonly Policy[]): readonly string[] =>
  policies.flatMap(({ Statement }) => Statement.flatMap(({ Action }) => list(Action)));

/** In one form, whoever wrote it: lists everywhere, in order. */
export const normalized = (policies: readonly Policy[]) =>
  policies
    .flatMap(({ Statement }) => Statement)
    .map((statement) => ({
      ...statement,
      Action: list(statement.Action).toSorted(),
      Resource: list(statement.Resource).toSorted(),
      Condition: Object.entries(statement.Condition ?? {}).map(([operator, keys]) => [
        operator,
        Object.fromEntries(Object.entries(keys).map(([key, value]) => [key, list(value)])),
      ]),
    }))
    .toSorted((one, other) => one.Sid.localeCompare(other.Sid));

/** What the simulated AWS understands of a policy. */
export const simulated = ({ Statement }: Policy): readonly SimulatedStatement[] =>
  Statement.map(({ Action, Resource, Condition }) => {
    const only = Condition?.['StringEquals']?.['organizations:ServicePrincipal'];
    const accounts = list(Resource).map((arn) => /:account\/[^/]+\/(.+)$/.exec(arn)?.[1]);
    const named = accounts.filter((account) => account !== undefined && account !== '*');
    return {
      actions: list(Action),
      ...(only !== undefined && { servicePrincipals: list(only) }),
      ...(named.length > 0 && { accounts: named.filter((account) => account !== undefined) }),
    };
  });
