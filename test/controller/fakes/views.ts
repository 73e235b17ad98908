import fc from 'fast-check';
import type { Details, Observation } from '../../../src/controller/observe.ts';
import type { PlanInput } from '../../../src/controller/plan.ts';
import { type Fact, type Obstacle, stalled } from '../../../src/controller/terms.ts';
import { type Service, serviceFor } from '../../../src/crds/services.ts';
import type { Replacement } from '../../../src/crds/status.ts';
import { specSchema } from '../../../src/crds/trustedAccess.ts';
import { audit, management, security, stranger, tools } from './world.ts';

const accounts = [tools, security, audit, stranger, management];
const unread: Obstacle = stalled('AccessDenied', 'not permitted');
const unknown = { known: false, obstacle: unread } as const;
export const known = <T>(value: T): Fact<T> => ({ known: true, value });
const organization = {
  id: 'o-exampleorg1',
  managementAccountId: management,
  partition: 'aws',
  allFeatures: true,
};

// ── Any view at all ──────────────────────────────────────────────────────────────────────────────

const state = fc.constantFrom('ACTIVE', 'ACTIVE', 'ACTIVE', 'SUSPENDED', 'PENDING_CLOSURE', undefined);
const someAccounts = fc.uniqueArray(fc.constantFrom(...accounts), { maxLength: 3 });
const maximum = fc.constantFrom(undefined, 0, 1, 1, 2, 3);

const administrators = fc.uniqueArray(
  fc.record({ accountId: fc.constantFrom(...accounts), state: state.map((value) => value ?? 'ACTIVE') }),
  { maxLength: 3, selector: ({ accountId }) => accountId },
);

const replacement: fc.Arbitrary<Replacement | undefined> = fc.option(
  fc.record(
    {
      uid: fc.constant('uid-1'),
      from: fc.constantFrom(...accounts),
      to: fc.constantFrom(...accounts),
      startedAt: fc.constant('2026-01-01T00:00:00.000Z'),
      deregisteredAt: fc.constant('2026-01-01T00:00:01.000Z'),
      refusal: fc.record({
        reason: fc.constant('Blocked' as const),
        message: fc.constant('no'),
        at: fc.constant('2026-01-01T00:00:00.000Z'),
        generation: fc.constantFrom(1, 2),
        accountState: fc.constantFrom('ACTIVE', 'SUSPENDED'),
      }),
    },
    { requiredKeys: ['uid', 'from', 'to', 'startedAt'] },
  ),
  { nil: undefined },
);

const details: fc.Arbitrary<Details | undefined> = fc.option(
  fc
    .constantFrom<Fact<{ use: 'InUse' | 'Idle' }> | undefined>(
      known({ use: 'InUse' }),
      known({ use: 'Idle' }),
      unknown,
      undefined,
    )
    .map((identityCenter) => ({ identityCenter, serviceLinkedRole: undefined })),
  { nil: undefined },
);

/** Whatever may be declared, and whatever AWS may have or not tell. */
export const view: fc.Arbitrary<PlanInput> = fc
  .record({
    access: fc.constantFrom('Enabled', 'Enabled', 'Disabled'),
    wanted: fc.option(someAccounts, { nil: undefined }),
    disable: fc.constantFrom(
      undefined,
      {},
      { confirmation: 'disable' },
      { confirmation: 'disable', whileInUse: 'Allow' },
    ),
    deregister: fc.constantFrom(undefined, {}, { confirmation: 'deregister' }),
    principal: fc.constantFrom(
      'sso.amazonaws.com',
      'health.amazonaws.com',
      'ipam.amazonaws.com',
      'securityhub.amazonaws.com',
      'new.example.com',
    ),
    maximum,
    account: fc.constantFrom(management, management, management, tools),
    enabled: fc.constantFrom(true, true, false, undefined),
    administrators: fc.option(administrators, { freq: 6, nil: undefined }),
    states: fc.tuple(state, state, state, state, state),
    unreadable: fc.uniqueArray(fc.constantFrom(...accounts), { maxLength: 1 }),
    details,
    replacement,
  })
  .map((any) => {
    const { access, wanted, disable, deregister } = any;
    const service: Service = { ...serviceFor(any.principal) };
    const limit = [service.maximumAdministrators, any.maximum].filter((number) => number !== undefined);
    const spec = specSchema.parse({
      servicePrincipal: any.principal,
      access,
      delegatedAdministrators: wanted,
      disable,
      deregister,
    });
    const registered = any.administrators?.map(({ accountId }) => accountId) ?? [];
    const missing = (wanted ?? []).filter((accountId) => !registered.includes(accountId));
    const stateOf = (accountId: string) => any.states[accounts.indexOf(accountId)];
    const candidates: Observation['candidates'] = new Map(
      missing.map((accountId) => [
        accountId,
        any.unreadable.includes(accountId) ? unknown : known(stateOf(accountId)),
      ]),
    );
    const observation: Observation = {
      account: any.account,
      organization,
      access: any.enabled === undefined ? unknown : known({ enabled: any.enabled }),
      administrators: any.administrators ? known(any.administrators) : unknown,
      candidates: any.administrators ? candidates : new Map(),
    };
    return {
      desired: { access: spec.access, administrators: spec.delegatedAdministrators },
      spec,
      service,
      maximum: Math.min(...limit),
      observation,
      details: any.details,
      replacement: any.replacement,
      distrust: undefined,
      forbidden: undefined,
      uid: 'uid-1',
      now: Date.UTC(2026, 0, 1, 1),
      generation: 1,
      requestedAt: undefined,
    };
  });
