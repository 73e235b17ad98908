import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Difference, differenceOf } from '../../src/controller/observe.ts';
import type { Plan, PlanInput } from '../../src/controller/plan.ts';
import { plan } from '../../src/controller/plan.ts';
import type { Action, Administrator } from '../../src/controller/ports.ts';
import { candidateState } from '../../src/controller/swap.ts';
import { known, view } from './fakes/views.ts';
import { management, tools } from './fakes/world.ts';

const holds = (property: (view: PlanInput, planned: Plan) => void) =>
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

const registeredIn = ({ observation }: PlanInput): string[] =>
  observation.administrators.known ? observation.administrators.value.map(({ accountId }) => accountId) : [];

const differenceIn = ({ desired, observation }: PlanInput): Difference => differenceOf(desired, observation);

const isSame = ({ access, missing, surplus }: Difference) => !access && missing.length + surplus.length === 0;

describe('For every spec and every state of AWS', () => {
  it('a plan is the same every time, and does not change its input', () => {
    holds((any, planned) => {
      const before = structuredClone(any);
      expect(plan(any)).toEqual(planned);
      expect(any).toEqual(before);
    });
  });

  it('the plan is empty when AWS is in sync, except to close a gap of the operator', () => {
    holds((any, { actions }) => {
      const { access, administrators: seen } = any.observation;
      if (!access.known || !seen.known || !isSame(differenceIn(any))) return;
      expect(actions.filter(({ kind }) => kind !== 'RestoreAdministrator')).toEqual([]);
      if (actions.length > 0) expect(registeredIn(any)).toEqual([]);
    });
  });

  it('an empty plan without a reason to stop means that AWS is in sync', () => {
    holds((any, { actions, stop }) => {
      if (actions.length === 0 && !stop) expect(isSame(differenceIn(any))).toBe(true);
    });
  });

  it('only accounts that are declared or registered, or that the operator itself deregistered, appear [F-A1b]', () => {
    holds((any, { actions }) => {
      const allowed = [...(any.desired.administrators ?? []), ...registeredIn(any), any.replacement?.from];
      for (const action of actions)
        for (const accountId of accountsOf(action)) expect(allowed).toContain(accountId);
    });
  });

  it('no action comes out of what is unknown [F-A10b]', () => {
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

  it('the plan is empty with credentials of another account', () => {
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

  it('access is disabled last, with confirmation, and never while the service may be in use', () => {
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

  it('no account is deregistered from a service that keeps an administrator of its own without confirmation', () => {
    holds((any, { actions, stop }) => {
      if (any.service.deregistering === undefined || any.spec.deregister?.confirmation) return;
      const registered = registeredIn(any);
      for (const action of actions) {
        expect(action.kind).not.toBe('DeregisterAdministrator');
        if (action.kind === 'ReplaceAdministrator') expect(registered).not.toContain(action.from);
      }
      if (stop?.reason === 'NotConfirmed') expect(stop.message).toContain(any.service.deregistering);
    });
  });

  it('no account is deregistered while a declared account cannot be registered', () => {
    holds((any, { actions }) => {
      const coming = actions.flatMap(registers);
      if (differenceIn(any).missing.every((accountId) => coming.includes(accountId))) return;
      expect(actions.filter(({ kind }) => kind === 'DeregisterAdministrator')).toEqual([]);
    });
  });

  it('no account makes room for a refused account while the refusal stands', () => {
    holds((any) => {
      if (registeredIn(any).length === 0) return;
      for (const [to, state] of any.observation.candidates) {
        const at = '2026-01-01T00:00:00.000Z';
        const { generation } = any;
        const accountState = candidateState(state);
        const refusal = { reason: 'Blocked', message: 'no', at, generation, accountState } as const;
        const { actions } = plan({ ...any, replacement: { from: tools, to, startedAt: at, refusal } });
        expect(
          actions.filter((action) => action.kind === 'ReplaceAdministrator' && action.to === to),
        ).toEqual([]);
      }
    });
  });
});

// ── A plan after the other, on an AWS that does as it is told ────────────────────────────────────

/** What AWS has after the action; an error when AWS would refuse it. */
function done(any: PlanInput, action: Action): PlanInput {
  const { observation } = any;
  const admins = observation.administrators.known ? observation.administrators.value : [];
  const active = (accountId: string): Administrator => ({ accountId, state: 'ACTIVE' });
  const change = (next: readonly Administrator[]): PlanInput => {
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

describe('On an AWS that does as it is reported', () => {
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
