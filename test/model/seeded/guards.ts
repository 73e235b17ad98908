import { tools } from '../../controller/fakes/world.ts';
import { inUse, notEnabled, ofItsOwn } from '../scenes.ts';
import { type Defect, declared, model } from './defect.ts';

export const disabling: readonly Defect[] = [
  {
    title: 'disables without the confirmation',
    file: 'plan.ts',
    words: "if (spec.disable?.confirmation !== 'disable') {",
    instead: 'if (false) {',
    hunt: ({ looking }) =>
      looking({ spec: { access: 'Disabled', delegatedAdministrators: [], disable: {} } }),
    found: 'disabled without confirmation',
  },
  {
    title: 'disables although Identity Center is in use',
    file: 'plan.ts',
    words: "if (use.value.use === 'Idle') return undefined;",
    instead: 'return undefined;',
    hunt: model([declared('disabled', { organization: inUse })], 0, 0),
    found: 'disabled while in use',
  },
  {
    title: 'takes a use that could not be read for none',
    file: 'plan.ts',
    words: 'if (!use?.known) {',
    instead: 'if (!use?.known) {\n    return undefined;',
    hunt: model([declared('disabled', { organization: inUse })], 0, 1),
    found: 'disabled while in use',
  },
  {
    title: 'disables before everybody is deregistered',
    file: 'plan.ts',
    words: "[...deregister, { kind: 'DisableAccess' }]",
    instead: "[{ kind: 'DisableAccess' }, ...deregister]",
    hunt: model([declared('disabled')], 0, 0),
    found: 'disabled under an administrator',
  },
  {
    title: 'changes AWS before the finalizer that Revoke needs is on',
    file: 'reconcile.ts',
    words: '  await keepFinalizer(run);',
    instead: '',
    hunt: model([declared('revocable')], 0, 0),
    found: 'changed AWS for Revoke without its finalizer',
  },
];

export const deregistering: readonly Defect[] = [
  {
    title: 'deregisters from a service that keeps an administrator of its own without the confirmation',
    file: 'plan.ts',
    words: 'return guarded(view, unguarded(view));',
    instead: 'return unguarded(view);',
    hunt: ({ looking }) =>
      looking({
        spec: { servicePrincipal: 'securityhub.amazonaws.com', delegatedAdministrators: [] },
        organization: ofItsOwn,
      }),
    found: 'deregistered without confirmation',
  },
  {
    title: 'takes spec.deregister without the word for a confirmation',
    file: 'guards.ts',
    words: "spec.deregister?.confirmation === 'deregister'",
    instead: 'spec.deregister !== undefined',
    hunt: ({ looking }) =>
      looking({
        spec: {
          servicePrincipal: 'securityhub.amazonaws.com',
          delegatedAdministrators: [],
          deregister: {},
        },
        organization: ofItsOwn,
      }),
    found: 'deregistered without confirmation',
  },
];

export const restraint: readonly Defect[] = [
  {
    title: 'touches another service',
    file: 'apply.ts',
    words: 'return organizations.enableAccess(principal, signal);',
    instead: "return organizations.enableAccess('health.amazonaws.com', signal);",
    hunt: model([declared('unmanaged', { organization: notEnabled })], 0, 0),
    found: 'touched health.amazonaws.com',
  },
  {
    title: 'takes administrators that are not declared for a declaration of none',
    file: 'administrators.ts',
    words: 'const { administrators: wanted } = view.desired;',
    instead: 'const wanted = view.desired.administrators ?? [];',
    hunt: model([declared('unmanaged')], 0, 0),
    found: `deregistered ${tools}, which nothing asks for`,
  },
  {
    title: 'writes under Observe',
    file: 'hold.ts',
    words: "if (run.resource.spec.driftPolicy === 'Observe') return observeOnly(plan);",
    instead: '',
    hunt: model([declared('observed')], 0, 0),
    found: 'wrote under Observe',
  },
  {
    title: 'works while suspended',
    file: 'assess.ts',
    words: "if (resource.spec.suspend) return { kind: 'Suspended' };",
    instead: '',
    hunt: model([declared('suspended')], 0, 0),
    found: 'looked while suspended',
  },
  {
    title: 'lets the younger of two resources win',
    file: 'claims.ts',
    words: 'left < right;',
    instead: 'left > right;',
    hunt: ({ competing }) => competing(),
    found: 'the younger of two resources changed AWS',
  },
  {
    title: 'takes a claim from a holder that is made anew under its name',
    file: 'claims.ts',
    words: 'if (resource.status.waitingFor?.name === theirs) return true;',
    instead: '',
    hunt: ({ claiming }) => claiming(4),
    found: 'the waiting one took the claim from a holder that is there',
  },
  {
    title: 'takes over as soon as the holder is missing',
    file: 'claims.ts',
    words: 'const after = Date.parse(goneSince) + grace - now;',
    instead: 'const after = 0;',
    hunt: ({ claiming }) => claiming(2),
    found: 'took over from a holder that is missing for less than two minutes',
  },
  {
    title: 'forgets since when the holder is missing',
    file: 'claims.ts',
    words: 'waitingFor.goneSince === undefined ? undefined : Date.parse(waitingFor.goneSince),',
    instead: 'undefined,',
    hunt: ({ claiming }) => claiming(1),
    found: 'neither is Ready',
  },
  {
    title: 'revokes what another resource declares that waits for it',
    file: 'assess.ts',
    words: "if (!heir.value && claim.kind === 'Held') return",
    instead: 'if (true) return',
    hunt: ({ bequeathing }) => bequeathing(),
    found: 'revoked what an heir declares',
  },
  {
    title: 'holds a contended correction back for long, whatever it leaves meanwhile',
    file: 'contention.ts',
    words: 'const { first, longest } = scheduleFor(drift.kind, holding);',
    instead: 'const { first, longest } = { first: firstLongHold, longest: longestHold };',
    hunt: ({ intruding }) => intruding(),
    found: 'left an intruder for more than a minute',
  },
  {
    title: 'goes on although its lease is lost',
    file: 'visit.ts',
    words: '{ ports, memory, learnedMaxima, wokenAt, signal }',
    instead: '{ ports, memory, learnedMaxima, wokenAt, signal: new AbortController().signal }',
    hunt: ({ losingTheLease }) => losingTheLease(),
    found: 'wrote after its lease was lost',
  },
  {
    title: 'stores its status although nothing changed',
    file: 'run.ts',
    words: 'if (!isShown) await',
    instead: 'await',
    hunt: model([declared('unmanaged')], 0, 0),
    found: 'writes its status at rest',
  },
];
