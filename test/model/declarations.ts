import { specSchema, type TrustedAccessSpec } from '../../src/crds/trustedAccess.ts';
import type { Declared } from '../controller/fakes/store.ts';
import { security, stranger, tools } from '../controller/fakes/world.ts';

const disable = { confirmation: 'disable' };

/** Everything a person may declare in the model, by name. */
export const declarations: Readonly<Record<string, Declared>> = {
  security: { delegatedAdministrators: [security] },
  tools: { delegatedAdministrators: [tools] },
  noAdministrator: { delegatedAdministrators: [] },
  unmanaged: {},
  stranger: { delegatedAdministrators: [stranger] },
  disabled: { access: 'Disabled', delegatedAdministrators: [], disable },
  'disabled unmanaged': { access: 'Disabled', disable },
  observed: { delegatedAdministrators: [security], driftPolicy: 'Observe' },
  suspended: { delegatedAdministrators: [security], suspend: true },
  revocable: { delegatedAdministrators: [security], deletionPolicy: 'Revoke', disable },
};

const names = new Map(
  Object.entries(declarations).map(([name, spec]) => [text(specSchema.parse(spec)), name]),
);

function text(spec: TrustedAccessSpec): string {
  return JSON.stringify(spec);
}

export function nameOf(spec: TrustedAccessSpec): string {
  return names.get(text(spec)) ?? text(spec);
}
