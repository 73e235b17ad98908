import { describe, expect, it } from 'vitest';
import { cloudError } from './fakes/aws.ts';
import { worldOf } from './fakes/checked.ts';
import type { Declared } from './fakes/store.ts';
import { organizationState, type Start, security, tools } from './fakes/world.ts';

const sso = 'sso.amazonaws.com';
const config = 'config.amazonaws.com';
const longAgo = '2025-01-01T00:00:00.000Z';
const unnamed = organizationState({
  enabled: { [config]: longAgo },
  administrators: { [config]: { [tools]: longAgo, [security]: longAgo } },
});

describe('What a Ready resource says of', () => {
  it.each<[string, Declared, Start, string]>([
    [
      'a service that is to be disabled',
      { access: 'Disabled', disable: { confirmation: 'disable' } },
      { enabled: [] },
      `Trusted access of ${sso} is disabled`,
    ],
    ['a service that nobody administers', {}, { permissionSets: 2 }, `Trusted access of ${sso} is enabled`],
    [
      'its administrator, named where the name is known',
      {},
      { administrators: [tools], permissionSets: 2 },
      `Trusted access of ${sso} is enabled, administered by ${tools} (tools)`,
    ],
    [
      'several administrators, one after the other',
      { delegatedAdministrators: [tools, security] },
      { principal: config, organizations: [unnamed] },
      `Trusted access of ${config} is enabled, administered by ${tools} (tools), ${security} (security)`,
    ],
    [
      'a service of which AWS leaves a step to people',
      {},
      { administrators: [tools] },
      `Trusted access of ${sso} is enabled, administered by ${tools} (tools). Next: IAM Identity Center has no organization instance yet; open its console in the management account and choose Enable`,
    ],
  ])('%s', async (_what, spec, start, message) => {
    const world = worldOf(start);
    world.apply(spec);
    expect(await world.work()).toEqual({ kind: 'InSync', message });
    expect(world.condition('Ready')).toMatchObject({ status: 'True', message });
  });

  it.each([
    ['administrators that it does not declare', 'administrators', 2],
    ['the instance of IAM Identity Center', 'identityCenter', undefined],
  ] as const)('%s, which may not be read: nothing', async (_what, unread, permissionSets) => {
    const world = worldOf({ administrators: [tools], ...(permissionSets && { permissionSets }) });
    world.apply();
    world.fate.script = ({ operation }) =>
      operation === unread
        ? { kind: 'Refuse', error: cloudError('denied', 'AccessDenied', unread) }
        : undefined;
    const by = unread === 'administrators' ? '' : `, administered by ${tools} (tools)`;
    expect(await world.work()).toEqual({
      kind: 'InSync',
      message: `Trusted access of ${sso} is enabled${by}`,
    });
  });
});

describe('A stalled resource names the fact and the next command when', () => {
  const disabled: Declared = {
    access: 'Disabled',
    driftPolicy: 'Observe',
    disable: { confirmation: 'disable' },
  };

  it('the drift policy prevents the changes', async () => {
    const world = worldOf({ enabled: [] });
    world.apply({ driftPolicy: 'Observe' });
    await world.work();
    expect(world.condition('Stalled')?.message).toBe(
      'AWS is not in the desired state, and spec.driftPolicy: Observe prevents changes. To enable trusted access, set spec.driftPolicy: Correct',
    );
  });

  it.each([
    [
      'another state',
      disabled,
      'after first is gone, this resource takes over with a delay, or at once with:',
    ],
    [
      'the same state',
      {},
      'this resource takes over as soon as first is deleted, because both declare the same state',
    ],
  ] as const)('an older resource declares %s', async (_what, spec, remedy) => {
    const world = worldOf();
    world.apply({}, 'first', { creationTimestamp: '2025-06-01T00:00:00Z', uid: 'b' });
    world.apply(spec, 'second', { creationTimestamp: '2025-06-02T00:00:00Z', uid: 'a' });
    await world.work('second');
    const { message = '' } = world.condition('Stalled', 'second') ?? {};
    expect(message).toContain(
      `TrustedAccess first manages ${sso} of this organization, so this resource changes nothing. Delete one of the two; ${remedy}`,
    );
    if (spec === disabled)
      expect(message).toMatch(
        / kubectl annotate trustedaccess second --overwrite trustedaccess\.dev\/take-over=first$/,
      );
  });
});
