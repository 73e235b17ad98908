import { noAdministrator, notEnabled } from '../scenarios.ts';
import { type Defect, declared, model } from './defect.ts';

export const seeing: readonly Defect[] = [
  {
    title: 'takes an access that could not be read for none',
    file: 'observation.ts',
    words: '    : enabled;',
    instead: '    : { known: true, value: { enabled: false } };',
    search: model([declared('unmanaged')], 0, 1),
    found: 'wrote although in sync',
  },
  {
    title: 'takes administrators that could not be read for none',
    file: 'observation.ts',
    words: 'fact(organizations.administrators(principal, read)),',
    instead: 'fact(organizations.administrators(principal, read).catch(() => [])),',
    search: model([declared('tools')], 0, 1),
    found: 'wrote although in sync',
  },
  {
    title: 'believes a stale read after its own write',
    file: 'reconcile.ts',
    words: "if (uncertainty > 0) return { kind: 'Wait', after: uncertainty };",
    instead: '',
    search: model([declared('security', { organization: noAdministrator })], 0, 1),
    found: 'because of a stale read after its own write',
  },
  {
    title: 'does not verify what it changed',
    file: 'apply.ts',
    words: 'return verifiedAs(await verify(action, work));',
    instead: "return { kind: 'Done', seen: {} };",
    search: model([declared('unmanaged', { organization: notEnabled })], 0, 0),
    found: 'the status says what AWS does not have',
  },
  {
    title: 'calls a change of the spec drift',
    file: 'drift.ts',
    words: 'const then = compare(desired, before);',
    instead: 'const then = { access: false, missing: [] as string[], surplus: [] as string[] };',
    search: ({ redeclaring }) => redeclaring(),
    found: 'called a change of the spec drift',
  },
  {
    title: 'is Ready while it is stalled',
    file: 'conditions.ts',
    words: "{ type: 'Ready', status: 'False', reason, message },",
    instead: "{ type: 'Ready', status: 'True', reason, message },",
    search: model([declared('stranger')], 0, 0),
    found: 'status against kstatus: Ready is False while Reconciling or Stalled',
  },
];
