import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createEditor, type Editor } from '../../../sandbox/page/manifests.ts';
import type { TrustedAccess } from '../../../src/crds/trustedAccess.ts';
import { parseTrustedAccess } from '../../../src/crds/validate.ts';

const manifest = (name: string, more = '') => `# by hand
apiVersion: trustedaccess.dev/v1alpha1
kind: TrustedAccess
metadata:
  name: ${name}
spec:
  servicePrincipal: sso.amazonaws.com
  delegatedAdministrators: ["222222222222"]
${more}`;

let folder: string;
let editor: Editor;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trusted-access-editor-'));
  await writeFile(join(folder, 'sso.yaml'), manifest('sso'));
  const parsed = await parseTrustedAccess(parse(manifest('sso')));
  const accepted = new Map<string, TrustedAccess>();
  if (parsed.kind === 'Valid') accepted.set('sso', parsed.resource);
  editor = createEditor(folder, (name) => accepted.get(name));
});
afterEach(() => rm(folder, { recursive: true }));

const onDisk = () => readFile(join(folder, 'sso.yaml'), 'utf8');
async function apply(text: string, file = 'sso.yaml') {
  const { files } = await editor.read();
  const revision = files.find(({ name }) => name === file)?.revision ?? '';
  return editor.apply({ file, text, revision });
}

it('shows what the folder has, and which file declares what', async () => {
  await writeFile(join(folder, 'more.yaml'), `${manifest('one')}---\n${manifest('two')}`);
  await writeFile(join(folder, '.hidden.yaml'), manifest('hidden'));
  await writeFile(join(folder, 'notes.txt'), 'no manifest');
  await mkdir(join(folder, 'folder.yaml'));
  const { files, fileOf } = await editor.read();
  expect(files.map(({ name }) => name)).toEqual(['more.yaml', 'sso.yaml']);
  expect(files[1]?.text).toBe(manifest('sso'));
  expect(['one', 'two', 'sso', 'hidden'].map(fileOf)).toEqual([
    'more.yaml',
    'more.yaml',
    'sso.yaml',
    undefined,
  ]);
});

it('puts an accepted text in place, and leaves nothing else behind', async () => {
  const text = manifest('sso', '  interval: 5m\n');
  expect(await apply(text)).toEqual({ done: true, message: 'Applied sso.yaml.' });
  expect(await onDisk()).toBe(text);
  expect(await readdir(folder)).toEqual(['sso.yaml']);
});

describe('what the folder would refuse is refused in its words, with the line, and nothing is written', () => {
  it.each([
    [
      'an unknown field',
      manifest('sso', '  acess: Enabled\n'),
      [/^sso\.yaml:9: .*unknown field "spec\.acess"/],
    ],
    [
      'a wrong value',
      manifest('sso', '  access: On\n'),
      [/^sso\.yaml:9: spec\.access: Unsupported value: "On"/],
    ],
    [
      'two of them, one by one',
      manifest('sso', '  access: On\n  interval: soon\n'),
      [/^sso\.yaml:9: spec\.access/, /^sso\.yaml:10: spec\.interval/],
    ],
    ['broken YAML', `${manifest('sso')}  interval: [\n`, [/^sso\.yaml:\d+: /]],
    [
      'another kind',
      'apiVersion: v1\nkind: ConfigMap\n',
      [/^sso\.yaml: the file declares no TrustedAccess resource/],
    ],
    ['nothing', ' \n', [/^sso\.yaml: the file is empty; to remove a resource, delete its file/]],
    [
      'a rule of the CRD about changes',
      manifest('sso').replace('sso.amazonaws.com', 'ram.amazonaws.com'),
      [/^sso\.yaml:7: spec\.servicePrincipal: .*servicePrincipal is immutable/],
    ],
  ])('%s', async (_, text, wanted) => {
    const { done, message, problems = [] } = await apply(text);
    expect([done, message]).toEqual([false, 'Not applied. The previous manifest stays in effect.']);
    expect(problems).toHaveLength(wanted.length);
    for (const [index, pattern] of wanted.entries()) {
      const problem = problems[index];
      expect(problem?.message).toMatch(pattern);
      expect(problem?.line).toBe(Number(/:(\d+):/.exec(problem?.message ?? '')?.[1] ?? 1));
    }
    expect(await onDisk()).toBe(manifest('sso'));
  });

  it('a name that another file has', async () => {
    await writeFile(join(folder, 'a.yaml'), manifest('other'));
    const { done, problems } = await apply(manifest('other'));
    expect(done).toBe(false);
    expect(problems?.[0]?.message).toContain('declared in a.yaml:5 and in sso.yaml:5: keep one of them');
    expect(problems?.[0]?.line).toBe(5);
  });

  it('the refusal does not name errors of other files', async () => {
    await writeFile(join(folder, 'broken.yaml'), 'a: [');
    expect(await apply(manifest('sso', '  suspend: true\n'))).toMatchObject({ done: true });
  });
});

describe('nothing is lost', () => {
  it('what came into the file meanwhile is not overwritten', async () => {
    const { files } = await editor.read();
    await writeFile(join(folder, 'sso.yaml'), manifest('sso', '  suspend: true\n'));
    const request = { file: 'sso.yaml', text: manifest('sso', '  interval: 5m\n') };
    const answer = await editor.apply({ ...request, revision: files[0]?.revision ?? '' });
    expect(answer).toMatchObject({ done: false });
    expect(answer.message).toContain('sso.yaml changed on disk');
    expect(await onDisk()).toBe(manifest('sso', '  suspend: true\n'));
    expect(await editor.apply({ ...request, revision: answer.revision ?? '' })).toMatchObject({ done: true });
  });

  it('a link stays a link', async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), 'trusted-access-editor-'));
    await writeFile(join(elsewhere, 'real.yaml'), manifest('sso'));
    await rm(join(folder, 'sso.yaml'));
    await symlink(join(elsewhere, 'real.yaml'), join(folder, 'sso.yaml'));
    expect(await apply(manifest('sso', '  suspend: true\n'))).toMatchObject({ done: true });
    expect((await lstat(join(folder, 'sso.yaml'))).isSymbolicLink()).toBe(true);
    expect(await readFile(join(elsewhere, 'real.yaml'), 'utf8')).toContain('suspend');
    await rm(elsewhere, { recursive: true });
  });

  it.each(['../../cli/sso.yaml', '/etc/passwd', 'new.yaml', '.status/sso.yaml'])(
    'only a manifest of the folder is written: %s',
    async (file) => {
      expect(await apply(manifest('sso'), file)).toMatchObject({ done: false });
      expect(await readdir(folder)).toEqual(['sso.yaml']);
    },
  );
});
