import { describe, expect, it } from 'vitest';
import { type Difference, readYourWritesWait, recent } from '../../src/controller/observe.ts';
import type { Action } from '../../src/controller/ports.ts';
import { audit, security, tools } from './fakes/world.ts';

const now = Date.UTC(2026, 0, 1);
const seconds = (count: number) => now + count * 1_000;
const as = { access: false, missing: [], surplus: [] } satisfies Difference;

const wrote = (action: Action, ago: number) => [{ action, at: seconds(-ago) }];
const register: Action = { kind: 'RegisterAdministrator', accountId: tools };
const restore: Action = { kind: 'RestoreAdministrator', accountId: tools, instead: security };
const deregister: Action = { kind: 'DeregisterAdministrator', accountId: tools };
const replace: Action = { kind: 'ReplaceAdministrator', from: tools, to: security };

describe('A difference is doubted for five seconds after an own change that it contradicts', () => {
  it.each<[string, Action, Difference, number]>([
    ['enabled, and shown off', { kind: 'EnableAccess' }, { ...as, access: true }, 4_000],
    ['disabled, and shown on', { kind: 'DisableAccess' }, { ...as, access: true }, 4_000],
    ['enabled, and somebody missing', { kind: 'EnableAccess' }, { ...as, missing: [tools] }, 0],
    ['registered, and shown missing', register, { ...as, missing: [tools] }, 4_000],
    ['put back, and shown missing', restore, { ...as, missing: [tools] }, 4_000],
    ['registered, and another missing', register, { ...as, missing: [audit] }, 0],
    ['registered, and access off', register, { ...as, access: true }, 0],
    ['deregistered, and still shown', deregister, { ...as, surplus: [tools] }, 4_000],
    ['deregistered, and another too many', deregister, { ...as, surplus: [audit] }, 0],
    ['deregistered, and shown missing', deregister, { ...as, missing: [tools] }, 0],
    ['replaced, and the new one missing', replace, { ...as, missing: [security] }, 4_000],
    ['replaced, and the old one still there', replace, { ...as, surplus: [tools] }, 4_000],
    ['replaced, and a third', replace, { ...as, missing: [audit], surplus: [audit] }, 0],
  ])('%s', (_, action, difference, uncertainty) => {
    expect(readYourWritesWait(wrote(action, 1), difference, now)).toBe(uncertainty);
    expect(readYourWritesWait(wrote(action, 6), difference, now)).toBe(0);
  });

  it('the doubt lasts while the latest own change is young', () => {
    const writes = [...wrote(register, 4), ...wrote(register, 1)];
    expect(readYourWritesWait(writes, { ...as, missing: [tools] }, now)).toBe(4_000);
  });
});

it('Own changes are remembered for five seconds; those of a clock that was set back count as of now', () => {
  const writes = [...wrote(register, 5), ...wrote(deregister, 4), { action: replace, at: seconds(3_600) }];
  expect(recent(writes, now)).toEqual([
    { action: deregister, at: seconds(-4) },
    { action: replace, at: now },
  ]);
});
