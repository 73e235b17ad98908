import { tools } from '../../controller/fakes/world.ts';
import { inUse, notEnabled, ofItsOwn } from '../scenarios.ts';
import { type Defect, declared, model } from './defect.ts';

export const disabling: readonly Defect[] = [
  {
    title: 'disables without the confirmation',
    file: 'plan.ts',
    words: "if (spec.disable?.confirmation !== 'disable') {",
    instead: 'if (false) {',
    search: ({ observing }) =>
      observing({ spec: { access: 'Disabled', delegatedAdministrators: [], disable: {} } }),
    found: 'disabled without confirmation',
  },
  {
    title: 'disables although Identity Center is in use',
    file: 'plan.ts',
    words: "if (use.value.use === 'Idle') return undefined;",
    instead: 'return undefined;',
    search: model([declared('disabled', { organization: inUse })], 0, 0),
    found: 'disabled while in use',
  },
  {
    title: 'takes a use that could not be read for none',
    file: 'plan.ts',
    words: 'if (!use?.known) {',
    instead: 'if (!use?.known) {\n    return undefined;',
    search: model([declared('disabled', { organization: inUse })], 0, 1),
    found: 'disabled while in use',
  },
  {
    title: 'disables before everybody is deregistered',
    file: 'plan.ts',
    words: "[...deregister, { kind: 'DisableAccess' }]",
    instead: "[{ kind: 'DisableAccess' }, ...deregister]",
    search: model([declared('disabled')], 0, 0),
    found: 'disabled under an administrator',
  },
  {
    title: 'changes AWS before the finalizer that Revoke needs is on',
    file: 'reconcile.ts',
    words: '  await keepFinalizer(run);',
    instead: '',
    search: model([declared('revocable')], 0, 0),
    found: 'changed AWS for Revoke without its finalizer',
  },
];

export const deregistering: readonly Defect[] = [
  {
    title: 'deregisters from a service that keeps an administrator of its own without the confirmation',
    file: 'plan.ts',
    words: 'guarded(view, planByFacts(view))',
    instead: 'planByFacts(view)',
    search: ({ observing }) =>
      observing({
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
    search: ({ observing }) =>
      observing({
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
    search: model([declared('unmanaged', { organization: notEnabled })], 0, 0),
    found: 'touched health.amazonaws.com',
  },
  {
    title: 'takes administrators that are not declared for a declaration of none',
    file: 'administrators.ts',
    words: 'const { administrators: wanted } = view.desired;',
    instead: 'const wanted = view.desired.administrators ?? [];',
    search: model([declared('unmanaged')], 0, 0),
    found: `deregistered ${tools}, which nothing asks for`,
  },
  {
    title: 'writes under Observe',
    file: 'hold.ts',
    words: "if (run.resource.spec.driftPolicy === 'Observe') return observeOnly(plan);",
    instead: '',
    search: model([declared('observed')], 0, 0),
    found: 'wrote under Observe',
  },
  {
    title: 'works while suspended',
    file: 'assess.ts',
    words: "if (resource.spec.suspend) return { kind: 'Suspended' };",
    instead: '',
    search: model([declared('suspended')], 0, 0),
    found: 'looked while suspended',
  },
  {
    title: 'lets the younger of two resources win',
    file: 'claims.ts',
    words: 'left < right;',
    instead: 'left > right;',
    search: ({ competing }) => competing(),
    found: 'the younger of two resources changed AWS',
  },
  {
    title: 'takes a claim from a holder that is made anew under its name',
    file: 'claims.ts',
    words: 'if (resource.status.waitingFor?.name === theirs) return true;',
    instead: '',
    search: ({ claiming }) => claiming(4),
    found: 'the waiting one took the claim from a holder that is there',
  },
  {
    title: 'takes over as soon as the holder is missing',
    file: 'claims.ts',
    words: 'const after = Date.parse(goneSince) + grace - now;',
    instead: 'const after = 0;',
    search: ({ claiming }) => claiming(2),
    found: 'took over from a holder that is missing for less than two minutes',
  },
  {
    title: 'forgets since when the holder is missing',
    file: 'claims.ts',
    words: 'waitingFor.goneSince === undefined ? undefined : Date.parse(waitingFor.goneSince),',
    instead: 'undefined,',
    search: ({ claiming }) => claiming(1),
    found: 'neither is Ready',
  },
  {
    title: 'revokes what another resource declares that waits for it',
    file: 'assess.ts',
    words: "if (!heir.value && claim.kind === 'Held') return",
    instead: 'if (true) return',
    search: ({ bequeathing }) => bequeathing(),
    found: 'revoked what an heir declares',
  },
  {
    title: 'holds a contended correction back for long, whatever it leaves meanwhile',
    file: 'contention.ts',
    words: 'const { first, longest } = scheduleFor(drift.kind, holding);',
    instead: 'const { first, longest } = { first: firstLongHold, longest: longestHold };',
    search: ({ intruding }) => intruding(),
    found: 'left an intruder for more than a minute',
  },
  {
    title: 'goes on although its lease is lost',
    file: 'pass.ts',
    words: '{ ports, memory, learnedMaxima, wokenAt, signal }',
    instead: '{ ports, memory, learnedMaxima, wokenAt, signal: new AbortController().signal }',
    search: ({ losingTheLease }) => losingTheLease(),
    found: 'wrote after its lease was lost',
  },
  {
    title: 'stores its status although nothing changed',
    file: 'run.ts',
    words: 'if (!isShown) await',
    instead: 'await',
    search: model([declared('unmanaged')], 0, 0),
    found: 'writes its status at rest',
  },
];
