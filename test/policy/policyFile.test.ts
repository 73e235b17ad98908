import { mkdir, mkdtemp, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/cli/systemClock.ts';
import type { PolicyState } from '../../src/crds/policy.ts';
import { openPolicyFile } from '../../src/policy/policyFile.ts';
import { clockOf } from '../../src/time/clock.ts';
import { eventually } from '../harness/eventually.ts';

const sso = 'rules: [{ servicePrincipals: [sso.amazonaws.com] }]\n';
const guardDuty = 'rules: [{ servicePrincipals: [guardduty.amazonaws.com] }]\n';

let folder: string;
const at = (...names: string[]) => join(folder, ...names);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trusted-access-policy-'));
});
afterEach(() => rm(folder, { recursive: true }));

const principals = (state: PolicyState) =>
  state.kind === 'InForce' ? state.policy.rules?.[0]?.servicePrincipals : state.problem;

describe('opening a policy file', () => {
  it('gives the policy, and a hash that changes with the text', async () => {
    await writeFile(at('policy.yaml'), sso);
    const file = await openPolicyFile(at('policy.yaml'), systemClock);
    expect(principals(file.state())).toEqual(['sso.amazonaws.com']);
    await writeFile(at('other.yaml'), guardDuty);
    const other = await openPolicyFile(at('other.yaml'), systemClock);
    expect(file.hash()).toMatch(/^[0-9a-f]{12}$/);
    expect(other.hash()).not.toBe(file.hash());
  });

  it.each<[string, string | undefined, string]>([
    ['a missing file', undefined, 'no such file'],
    ['an empty file', '', 'the policy is not an object'],
    ['a misspelt field', 'rule: []', 'unknown field "rule"'],
    ['two problems', 'rules: [{ a: 1, b: 2 }]', 'unknown field "rules[0].a"; unknown field "rules[0].b"'],
    ['a key that is there twice', 'rules: []\nrules: [{}]\n', 'not YAML in line 2'],
    ['broken YAML', 'rules:\n  - [\n', 'not YAML in line 3'],
    ['a second document', 'rules: []\n---\nrules: [{}]\n', 'not YAML in line'],
    ['too many aliases', aliases(), 'not YAML: Excessive alias count'],
    ['more than a mebibyte', `# ${'a'.repeat(1024 * 1024)}\nrules: []`, 'larger than 1 MiB'],
  ])('refuses %s with the name of the file and its error', async (_, text, problem) => {
    if (text !== undefined) await writeFile(at('policy.yaml'), text);
    const opening = openPolicyFile(at('policy.yaml'), systemClock);
    await expect(opening).rejects.toThrow(`--policy: policy file ${at('policy.yaml')}: `);
    await expect(opening).rejects.toThrow(problem);
  });
});

function aliases(): string {
  const levels = ['a', 'b', 'c', 'd', 'e'].map(
    (name, index, all) => `${name}: &${name} [${Array(9).fill(index === 0 ? 'x' : `*${all[index - 1]}`)}]`,
  );
  return levels.join('\n');
}

describe('a policy file that changes', () => {
  /** Reads a hundred times as often. */
  const fast = clockOf({
    now: systemClock.now,
    after: (delay, callback) => systemClock.after(delay / 100, callback),
  });

  async function watched(start: () => Promise<unknown>, path = 'policy.yaml') {
    await start();
    const file = await openPolicyFile(at(path), fast);
    const seen: PolicyState[] = [];
    file.changes$.subscribe((state) => void seen.push(state));
    const ending = new AbortController();
    const running = file.run(ending.signal);
    return {
      file,
      seen,
      async [Symbol.asyncDispose]() {
        ending.abort();
        await running;
      },
    };
  }
  /** In one step: a read finds the text before or this one. */
  const written = (text: string) => async () => {
    await writeFile(at('next'), text);
    await rename(at('next'), at('policy.yaml'));
  };

  it('is in force after the next read', async () => {
    await using watching = await watched(written(sso));
    await writeFile(at('policy.yaml'), guardDuty);
    await eventually(() => expect(watching.seen.map(principals)).toEqual([['guardduty.amazonaws.com']]));
    expect(principals(watching.file.state())).toEqual(['guardduty.amazonaws.com']);
  });

  it('is in force although it changed by a swap of links, as in a mounted ConfigMap', async () => {
    for (const [name, text] of [
      ['one', sso],
      ['two', guardDuty],
    ] as const) {
      await mkdir(at(name));
      await writeFile(at(name, 'policy.yaml'), text);
    }
    const mount = async () => {
      await symlink('one', at('..data'));
      await symlink(join('..data', 'policy.yaml'), at('policy.yaml'));
    };
    await using watching = await watched(mount);
    await symlink('two', at('..next'));
    await rename(at('..next'), at('..data'));
    await eventually(() => expect(principals(watching.file.state())).toEqual(['guardduty.amazonaws.com']));
  });

  it.each<[string, () => Promise<void>, string]>([
    ['it is removed', () => unlink(at('policy.yaml')), 'no such file'],
    ['it is no longer valid', written('rules: [{ administrator: [] }]'), 'unknown field'],
    ['it is emptied', written(''), 'the policy is not an object'],
  ])(
    'permits nothing any more after %s, and is in force again once it is repaired',
    async (_, spoil, problem) => {
      await using watching = await watched(written(sso));
      await spoil();
      await eventually(() => expect(watching.file.state()).toMatchObject({ kind: 'Unusable' }));
      expect(principals(watching.file.state())).toContain(problem);
      await written(sso)();
      await eventually(() => expect(watching.file.state()).toMatchObject({ kind: 'InForce' }));
      expect(watching.seen.map(({ kind }) => kind)).toEqual(['Unusable', 'InForce']);
    },
  );
});
