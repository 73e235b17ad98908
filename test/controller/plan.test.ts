import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Difference, differenceOf } from '../../src/controller/drift.ts';
import { type Fact, type Obstacle, stalled } from '../../src/controller/fact.ts';
import type { Details, Observation } from '../../src/controller/observation.ts';
import { type Plan, plan, type View } from '../../src/controller/plan.ts';
import type { Action, Administrator } from '../../src/controller/ports.ts';
import { type Service, serviceFor } from '../../src/crds/services.ts';
import type { Replacement } from '../../src/crds/status.ts';
import { specSchema } from '../../src/crds/trustedAccess.ts';
import { audit, management, security, stranger, tools } from './fakes/world.ts';

const accounts = [tools, security, audit, stranger, management];
const unread: Obstacle = stalled('AccessDenied', 'not permitted');
const unknown = { known: false, obstacle: unread } as const;
const known = <T>(value: T): Fact<T> => ({ known: true, value });
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
      from: fc.constantFrom(...accounts),
      to: fc.constantFrom(...accounts),
      startedAt: fc.constant('2026-01-01T00:00:00.000Z'),
      refusal: fc.record({
        reason: fc.constant('Blocked' as const),
        message: fc.constant('no'),
        at: fc.constant('2026-01-01T00:00:00.000Z'),
        generation: fc.constantFrom(1, 2),
        accountState: fc.constantFrom('ACTIVE', 'SUSPENDED'),
      }),
    },
    { requiredKeys: ['from', 'to', 'startedAt'] },
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

const view: fc.Arbitrary<View> = fc
  .record({
    access: fc.constantFrom('Enabled', 'Enabled', 'Disabled'),
    wanted: fc.option(someAccounts, { nil: undefined }),
    disable: fc.constantFrom(
      undefined,
      {},
      { confirmation: 'disable' },
      { confirmation: 'disable', whileInUse: 'Allow' },
    ),
    principal: fc.constantFrom(
      'sso.amazonaws.com',
      'health.amazonaws.com',
      'ipam.amazonaws.com',
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
    const { access, wanted, disable } = any;
    const service: Service = { ...serviceFor(any.principal) };
    const limit = [service.maximumAdministrators, any.maximum].filter((number) => number !== undefined);
    const spec = specSchema.parse({
      servicePrincipal: any.principal,
      access,
      delegatedAdministrators: wanted,
      disable,
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
      maximum: limit.length > 0 ? Math.min(...limit) : undefined,
      observation,
      details: any.details,
      replacement: any.replacement,
      generation: 1,
      requestedAt: undefined,
    };
  });

const holds = (property: (view: View, planned: Plan) => void) =>
  fc.assert(
    fc.property(view, (any) => property(any, plan(any))),
    { numRuns: 3_000 },
  );

const accountsOf = (action: Action): string[] => {
  switch (action.kind) {
    case 'EnableAccess':
    case 'DisableAccess':
      return [];
    case 'ReplaceAdministrator':
      return [action.from, action.to];
    case 'RestoreAdministrator':
      return [action.accountId];
    default:
      return [action.accountId];
  }
};

/** Whom an action registers by the declaration. */
const registers = (action: Action): string[] => {
  if (action.kind === 'RegisterAdministrator') return [action.accountId];
  return action.kind === 'ReplaceAdministrator' ? [action.to] : [];
};

const registeredIn = ({ observation }: View): string[] =>
  observation.administrators.known ? observation.administrators.value.map(({ accountId }) => accountId) : [];

const differenceIn = ({ desired, observation }: View): Difference => differenceOf(desired, observation);

const isSame = ({ access, missing, surplus }: Difference) => !access && missing.length + surplus.length === 0;

describe('Whatever is declared and whatever AWS has', () => {
  it('a plan is the same every time, and changes nothing of what it looks at', () => {
    holds((any, planned) => {
      const before = structuredClone(any);
      expect(plan(any)).toEqual(planned);
      expect(any).toEqual(before);
    });
  });

  it('nothing is done when AWS is as declared, save closing a gap of the operator itself', () => {
    holds((any, { actions }) => {
      const { access, administrators: seen } = any.observation;
      if (!access.known || !seen.known || !isSame(differenceIn(any))) return;
      expect(actions.filter(({ kind }) => kind !== 'RestoreAdministrator')).toEqual([]);
      if (actions.length > 0) expect(registeredIn(any)).toEqual([]);
    });
  });

  it('nothing to do and no reason to stop means that AWS is as declared', () => {
    holds((any, { actions, stop }) => {
      if (actions.length === 0 && !stop) expect(isSame(differenceIn(any))).toBe(true);
    });
  });

  it('only accounts that are declared or registered, or that the operator itself deregistered, appear', () => {
    holds((any, { actions }) => {
      const allowed = [...(any.desired.administrators ?? []), ...registeredIn(any), any.replacement?.from];
      for (const action of actions)
        for (const accountId of accountsOf(action)) expect(allowed).toContain(accountId);
    });
  });

  it('no action comes out of what is unknown', () => {
    holds((any, { actions }) => {
      const { access, administrators: seen, candidates } = any.observation;
      if (!access.known) expect(actions).toEqual([]);
      if (!seen.known) expect(actions.flatMap(accountsOf)).toEqual([]);
      for (const accountId of actions.flatMap(registers))
        expect(candidates.get(accountId)).toEqual(known('ACTIVE'));
    });
  });

  it('the management account is never registered', () => {
    holds((_any, { actions }) => {
      expect(actions.flatMap(registers)).not.toContain(management);
    });
  });

  it("nothing is done with another account's credentials", () => {
    holds((any, { actions, stop }) => {
      if (any.observation.account === management) return;
      expect(actions).toEqual([]);
      expect(stop?.reason).toBe('NotManagementAccount');
    });
  });

  it('access is enabled first, only where it is declared and off, and never where only the service may', () => {
    holds((any, { actions }) => {
      const at = actions.findIndex(({ kind }) => kind === 'EnableAccess');
      if (at < 0) return;
      expect(at).toBe(0);
      expect(any.desired.access).toBe('Enabled');
      expect(any.observation.access).toEqual(known({ enabled: false }));
      expect(any.service.enableFromService).not.toBe('Only');
    });
  });

  it('access is disabled last, after everybody is deregistered, confirmed, and never while in use or perhaps so', () => {
    holds((any, { actions }) => {
      if (!actions.some(({ kind }) => kind === 'DisableAccess')) return;
      expect(any.desired.access).toBe('Disabled');
      expect(actions).toEqual([
        ...registeredIn(any).map((accountId) => ({ kind: 'DeregisterAdministrator', accountId })),
        { kind: 'DisableAccess' },
      ]);
      expect(any.spec.disable?.confirmation).toBe('disable');
      if (any.service.identityCenter && any.spec.disable?.whileInUse !== 'Allow') {
        expect(any.details?.identityCenter).toEqual(known({ use: 'Idle' }));
      }
    });
  });

  it('only a surplus administrator goes, and only where administrators are managed', () => {
    holds((any, { actions }) => {
      for (const action of actions) {
        if (action.kind !== 'DeregisterAdministrator' && action.kind !== 'ReplaceAdministrator') continue;
        const leaving = action.kind === 'ReplaceAdministrator' ? action.from : action.accountId;
        expect(any.desired.administrators).toBeDefined();
        expect(any.desired.administrators).not.toContain(leaving);
      }
    });
  });

  it('nobody is deregistered while somebody declared cannot be registered', () => {
    holds((any, { actions, stop }) => {
      if (any.desired.access === 'Disabled' || !stop) return;
      expect(actions.filter(({ kind }) => kind === 'DeregisterAdministrator')).toEqual([]);
    });
  });
});

// ── A plan after the other, on an AWS that does as it is told ────────────────────────────────────

/** What AWS has after the action; an error when AWS would refuse it. */
function done(any: View, action: Action): View {
  const { observation } = any;
  const admins = observation.administrators.known ? observation.administrators.value : [];
  const active = (accountId: string): Administrator => ({ accountId, state: 'ACTIVE' });
  const change = (next: readonly Administrator[]): View => {
    const registered = new Set(next.map(({ accountId }) => accountId));
    const missing = (any.desired.administrators ?? []).filter((accountId) => !registered.has(accountId));
    const candidates = new Map(missing.map((id) => [id, observation.candidates.get(id) ?? known('ACTIVE')]));
    return { ...any, observation: { ...observation, administrators: known(next), candidates } };
  };
  const without = (accountId: string) =>
    admins.filter((administrator) => administrator.accountId !== accountId);
  switch (action.kind) {
    case 'EnableAccess':
    case 'DisableAccess':
      return {
        ...any,
        observation: { ...observation, access: known({ enabled: action.kind === 'EnableAccess' }) },
      };
    case 'RegisterAdministrator':
    case 'RestoreAdministrator':
      return change([...admins, active(action.accountId)]);
    case 'DeregisterAdministrator':
      return change(without(action.accountId));
    case 'ReplaceAdministrator':
      return change([...without(action.from), active(action.to)]);
  }
}

describe('On an AWS that does as it is told', () => {
  it('plan after plan ends with nothing to do or a named reason, and there is always an administrator meanwhile', () => {
    fc.assert(
      fc.property(view, (start) => {
        let any = start;
        const wanted = any.desired.administrators ?? [];
        for (let round = 0; round < 8; round += 1) {
          const { actions, stop } = plan(any);
          if (actions.length === 0) {
            expect(stop !== undefined || isSame(differenceIn(any))).toBe(true);
            return;
          }
          for (const action of actions) {
            const before = registeredIn(any).length;
            any = done(any, action);
            const after = registeredIn(any).length;
            if (any.desired.access === 'Enabled' && wanted.length > 0 && before > 0)
              expect(after).toBeGreaterThan(0);
            // Where none is allowed nobody can have been deregistered: there is no gap to close.
            const grows = after > before && any.maximum && differenceIn(any).surplus.length > 0;
            if (grows) expect(after).toBeLessThanOrEqual(any.maximum ?? 0);
          }
          if (any.replacement && registeredIn(any).length > 0 && !any.replacement.refusal) {
            any = { ...any, replacement: undefined };
          }
        }
        throw new Error('no end of plans');
      }),
      { numRuns: 3_000 },
    );
  });
});
