import { z } from 'zod';
import { reasons } from '../../crds/reasons.ts';

/**
 * What `plan --json` prints. Stable within one number of `formatVersion`: fields and words may be added, none is
 * taken away or gets another meaning.
 */
const account = z.strictObject({
  accountId: z.string().describe('12-digit id of the account.'),
  name: z.string().describe('The name in AWS Organizations. Absent: it could not be read.').optional(),
});

const obstacle = z.strictObject({
  reason: z.enum(reasons).describe('The reason that the Ready condition would have.'),
  message: z.string(),
  action: z
    .string()
    .describe('The IAM action that was not permitted, for example organizations:ListDelegatedAdministrators.')
    .optional(),
  passing: z.boolean().describe('true: the next try may succeed, as after a throttle.'),
});

const action = z.strictObject({
  mark: z.enum(['+', '~', '-']).describe('Added, changed, removed.'),
  kind: z.enum([
    'EnableAccess',
    'DisableAccess',
    'RegisterAdministrator',
    'DeregisterAdministrator',
    'ReplaceAdministrator',
    'RestoreAdministrator',
  ]),
  account: account
    .describe('The account that the action registers or deregisters. In a swap: the new administrator.')
    .optional(),
  replaces: account.describe('The previous administrator of a swap.').optional(),
  text: z.string().describe('The action in words, in the infinitive.'),
  why: z.string(),
  affects: z.array(z.string()).describe('The consequences, one sentence each.'),
});

const observed = z.strictObject({
  access: z.enum(['Enabled', 'Disabled', 'Unknown']),
  since: z.string().describe('ISO time at which access was enabled.').optional(),
  delegatedAdministrators: z
    .array(account.extend({ state: z.string(), since: z.string().optional() }))
    .describe('Absent: they could not be read.')
    .optional(),
  identityCenter: z
    .strictObject({
      use: z.enum(['InUse', 'Idle', 'Unknown']),
      instanceArn: z.string().optional(),
      region: z.string().optional(),
      permissionSets: z.number().int().optional(),
      applications: z.number().int().optional(),
    })
    .optional(),
});

const resource = z.strictObject({
  name: z.string(),
  file: z.string().describe('The manifest. Absent: the resource is from the cluster.').optional(),
  line: z.number().int().optional(),
  servicePrincipal: z.string(),
  title: z.string().describe('The display name of the service.'),
  result: z
    .enum(['InSync', 'Changes', 'Held', 'Stopped', 'Suspended', 'Released'])
    .describe(
      'InSync: nothing to do. Changes: the actions lead to the desired state. Held: the operator does not apply the actions now (driftPolicy: Observe, Contended or AwaitingApproval). Stopped: the actions do not lead to the desired state. Suspended: spec.suspend is true, so AWS was not read. Released: the resource is being deleted, and AWS stays as it is.',
    ),
  organization: z
    .strictObject({ id: z.string(), managementAccountId: z.string(), partition: z.string() })
    .optional(),
  declared: z.strictObject({
    access: z.enum(['Enabled', 'Disabled']),
    delegatedAdministrators: z.array(z.string()).describe('Absent: not managed.').optional(),
  }),
  observed: observed.describe('The actual state. Absent: AWS was not read.').optional(),
  actions: z.array(action).describe('The actions in the order in which the operator would apply them.'),
  stop: obstacle.describe('Why the resource cannot reach the desired state.').optional(),
  held: obstacle.describe('Why the operator does not apply the actions now.').optional(),
  unknowns: z
    .array(obstacle.extend({ fact: z.string().describe('The fact that could not be read.') }))
    .describe('Facts that could not be read.'),
  warnings: z
    .array(z.string())
    .describe('Possible mistakes in the manifest, one sentence each. Absent: none.')
    .optional(),
});

const count = z.number().int();

export const reportSchema = z.strictObject({
  formatVersion: z.literal(1),
  result: z
    .enum(['InSync', 'Changes', 'Error'])
    .describe(
      'Error (exit code 1): a manifest is not valid, or a resource cannot reach the desired state. Changes (2): AWS differs. InSync (0): AWS is in the desired state.',
    ),
  summary: z.strictObject({
    resources: count,
    inSync: count,
    changes: count.describe('Resources with result Changes or Held.'),
    stopped: count,
    invalid: count.describe('Entries in errors.'),
    add: count.describe('Actions with mark + that are not held.'),
    change: count.describe('Actions with mark ~ that are not held.'),
    remove: count.describe('Actions with mark - that are not held.'),
  }),
  resources: z.array(resource),
  errors: z
    .array(
      z.strictObject({
        file: z.string().optional(),
        line: count.optional(),
        resource: z.string().optional(),
        message: z.string(),
      }),
    )
    .describe('The errors in the manifests.'),
});

export type Report = z.output<typeof reportSchema>;
export type ResourceReport = Report['resources'][number];
export type ActionReport = ResourceReport['actions'][number];
export type ObservedReport = z.output<typeof observed>;
export type ObstacleReport = z.output<typeof obstacle>;
export type Fault = Report['errors'][number];

/** JSON Schema of what `plan --json` prints; docs/plan.schema.json is its text. */
export function reportJsonSchema(): string {
  const schema = z.toJSONSchema(reportSchema, { target: 'draft-2020-12' });
  return JSON.stringify({ title: 'trusted-access plan --json', ...schema }, null, 2);
}

/** 0: in sync. 2: changes. 1: an error that a person must fix. */
export type ExitCode = 0 | 1 | 2;

export const exitCodes = { InSync: 0, Changes: 2, Error: 1 } as const satisfies Record<
  Report['result'],
  ExitCode
>;

export function reportOf(resources: readonly ResourceReport[], errors: readonly Fault[]): Report {
  const having = (...results: ResourceReport['result'][]) =>
    resources.filter(({ result }) => results.includes(result)).length;
  const marked = (wanted: ActionReport['mark']) =>
    resources
      .filter(({ held }) => !held)
      .flatMap(({ actions }) => actions)
      .filter(({ mark }) => mark === wanted).length;
  const stopped = having('Stopped');
  const changes = having('Changes', 'Held');
  return {
    formatVersion: 1,
    result: errors.length + stopped > 0 ? 'Error' : changes > 0 ? 'Changes' : 'InSync',
    summary: {
      resources: resources.length,
      inSync: having('InSync'),
      changes,
      stopped,
      invalid: errors.length,
      add: marked('+'),
      change: marked('~'),
      remove: marked('-'),
    },
    resources: [...resources],
    errors: [...errors],
  };
}
