import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { metadataOf, type Stored } from '../../src/controller/ports.ts';
import type { TrustedAccess, TrustedAccessStatus } from '../../src/crds/trustedAccess.ts';
import { type Folder, manifest, startFolder } from './folder.ts';

const { signal } = new AbortController();
const inSync: TrustedAccessStatus = { observedGeneration: 1, administrators: 'none', conditions: [] };

function stored(folder: Folder, name = 'sso'): Stored {
  const found = folder.store.get(name);
  if (!found) throw new Error(`there is no ${name}`);
  return found;
}

function valid(folder: Folder, name = 'sso'): TrustedAccess {
  const found = stored(folder, name);
  if (found.kind === 'Invalid') throw new Error(found.problems.join('; '));
  return found.resource;
}

function problems(folder: Folder, name = 'sso'): readonly string[] {
  const found = stored(folder, name);
  return found.kind === 'Invalid' ? found.problems : [];
}

const finalize = (folder: Folder, present: boolean) =>
  folder.store.setFinalizer(metadataOf(stored(folder)), present, signal);

describe('a folder', () => {
  it('declares a resource with a file, with the defaults an API server fills in', async () => {
    await using folder = await startFolder({ 'sso.yaml': manifest('sso', {}, { labels: { a: 'b' } }) });
    expect(valid(folder)).toEqual({
      metadata: {
        name: 'sso',
        uid: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
        generation: 1,
        resourceVersion: expect.any(String),
        creationTimestamp: '2026-01-01T00:00:00Z',
        finalizers: [],
        annotations: {},
        labels: { a: 'b' },
      },
      spec: expect.objectContaining({ servicePrincipal: 'sso.amazonaws.com', interval: '1h' }),
      status: { conditions: [] },
    });
    expect(folder.store.ready()).toEqual({ ok: true, message: '1 resources' });
  });

  it('is complete when it says so, and reports each name once', async () => {
    await using folder = await startFolder({
      'a.yaml': `${manifest('one')}\n---\n${manifest('two')}`,
      'b.json': manifest('three'),
    });
    await folder.store.synced;
    expect(folder.changes.toSorted()).toEqual(['one', 'three', 'two']);
    expect(
      folder.store
        .list()
        .map((each) => metadataOf(each).name)
        .toSorted(),
    ).toEqual(['one', 'three', 'two']);
    const late: string[] = [];
    folder.store.changes$.subscribe((name) => late.push(name)).unsubscribe();
    expect(late.toSorted()).toEqual(['one', 'three', 'two']);
  });

  it('may hold other things', async () => {
    await using folder = await startFolder({
      'sso.yaml': manifest('sso'),
      'README.md': '# hello',
      '.sso.yaml.swp': manifest('swap'),
      'map.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n',
      'dir.yaml/inner.yaml': manifest('inner'),
    });
    expect(folder.store.list()).toHaveLength(1);
    expect(folder.errors()).toEqual([]);
    expect(folder.lines.filter(({ level }) => level === 'debug')).toMatchObject([
      { message: 'map.yaml:1: v1 ConfigMap is not for this operator', fields: { file: 'map.yaml' } },
    ]);
  });

  it('counts a generation for each change of a spec, and for nothing else', async () => {
    await using folder = await startFolder({ 'sso.yaml': manifest('sso') });
    folder.changes.length = 0;
    await folder.save('sso.yaml', `# a comment\n${manifest('sso', { interval: '1h' })}`);
    await folder.noticed();
    expect(folder.changes).toEqual([]);
    await folder.save('sso.yaml', manifest('sso', { interval: '2h' }));
    await folder.noticed();
    expect(folder.changes).toEqual(['sso']);
    expect(valid(folder)).toMatchObject({ metadata: { generation: 2 }, spec: { interval: '2h' } });
  });

  it('asks for a reconcile when the annotation of Flux changes, with no new generation', async () => {
    await using folder = await startFolder({ 'sso.yaml': manifest('sso') });
    folder.changes.length = 0;
    const annotations = { 'reconcile.fluxcd.io/requestedAt': 'now' };
    await folder.save('sso.yaml', manifest('sso', {}, { annotations }));
    await folder.noticed();
    expect(folder.changes).toEqual(['sso']);
    expect(valid(folder).metadata).toMatchObject({ generation: 1, annotations });
  });

  it('is read from time to time even if nothing is noticed', async () => {
    await using folder = await startFolder();
    await folder.save('sso.yaml', manifest('sso'));
    await folder.passed(29_999);
    expect(folder.store.get('sso')).toBeUndefined();
    await folder.passed(1);
    expect(valid(folder).metadata.name).toBe('sso');
  });

  it('waits until nothing has been noticed for a moment: a copy is not complete at once', async () => {
    await using folder = await startFolder({ 'sso.yaml': manifest('sso') });
    await folder.save('sso.yaml', manifest('sso', { interval: '2h' }));
    folder.notice();
    await folder.passed(99);
    folder.notice();
    await folder.passed(99);
    expect(valid(folder).spec.interval).toBe('1h');
    await folder.passed(1);
    expect(valid(folder).spec.interval).toBe('2h');
  });

  it('does not wait for ever for it', async () => {
    await using folder = await startFolder({ 'sso.yaml': manifest('sso') });
    await folder.save('sso.yaml', manifest('sso', { interval: '2h' }));
    for (let passed = 0; passed < 2_000; passed += 50) {
      folder.notice();
      await folder.passed(50);
    }
    expect(valid(folder).spec.interval).toBe('2h');
  });

  it('keeps its resources while it cannot be read, and reports that once', async () => {
    await using folder = await startFolder({ 'sso.yaml': manifest('sso') });
    const { rename } = await import('node:fs/promises');
    await rename(folder.directory, `${folder.directory}-away`);
    await folder.noticed();
    await folder.noticed(5_000);
    expect(valid(folder).metadata.name).toBe('sso');
    expect(folder.errors()).toEqual([expect.stringMatching(/^the manifests in .* cannot be read: ENOENT/)]);
    expect(folder.store.ready().ok).toBe(false);
    await rename(`${folder.directory}-away`, folder.directory);
    await folder.passed(5_000);
    expect(folder.store.ready().ok).toBe(true);
  });
});

describe('an invalid document', () => {
  it('is reported once, in one line with file and line, and leaves the others working', async () => {
    const bad = [
      'apiVersion: trustedaccess.dev/v1alpha1',
      'kind: TrustedAccess',
      'metadata:',
      '  name: bad',
      'spec:',
      '  interval: 1h',
      '  access: Foo',
      '  foo: 1',
    ].join('\n');
    await using folder = await startFolder({ 'all.yaml': `${bad}\n---\n${manifest('sso')}` });
    const line =
      'all.yaml:7: spec.access: Unsupported value: "Foo": supported values: "Enabled", "Disabled"; all.yaml:8: unknown field "spec.foo"';
    expect(folder.lines.filter(({ level }) => level === 'error')).toEqual([
      { level: 'error', message: line, fields: { file: 'all.yaml', line: 7 } },
    ]);
    expect(problems(folder, 'bad')).toEqual(line.split('; '));
    expect(valid(folder).metadata.name).toBe('sso');
    await folder.noticed();
    expect(folder.errors()).toHaveLength(1);
  });

  it('obeys the rules of the CRD in its words', async () => {
    await using folder = await startFolder({ 'sso.yaml': manifest('sso', { access: 'Disabled' }) });
    expect(problems(folder)[0]).toContain('access: Disabled needs disable.confirmation: disable, because');
  });

  it('is valid as soon as it is mended', async () => {
    await using folder = await startFolder({ 'sso.yaml': manifest('sso', { access: 'Foo' }) });
    await folder.save('sso.yaml', manifest('sso', { access: 'Enabled' }));
    await folder.noticed();
    expect(valid(folder).metadata.generation).toBe(1);
  });

  it.each([
    ['refused', manifest('sso', { access: 'Foo' }), 'spec.access: Unsupported value'],
    ['not YAML any more', 'kind: {', 'sso.yaml:'],
    ['empty, as editors leave it for a moment', '', 'the file is empty'],
    ['without a kind', 'metadata: {name: sso}', 'not a Kubernetes object'],
    ['under a name that is none', manifest('SSO'), 'RFC 1123'],
    ['too large', ' '.repeat(1024 * 1024 + 1), 'larger than 1 MiB'],
  ])(
    'replaces a valid one, %s: the resource stays, is Invalid, and is not deleted',
    async (_, text, said) => {
      await using folder = await startFolder({ 'sso.yaml': manifest('sso', { interval: '2h' }) });
      await finalize(folder, true);
      await folder.save('sso.yaml', text);
      await folder.noticed(1_000);
      expect(problems(folder).join('\n')).toContain(said);
      expect(metadataOf(stored(folder))).toMatchObject({
        generation: 1,
        finalizers: ['trustedaccess.dev/revoke'],
      });
      expect(metadataOf(stored(folder)).deletionTimestamp).toBeUndefined();
      await folder.save('sso.yaml', manifest('sso', { interval: '2h' }));
      await folder.noticed();
      expect(valid(folder).metadata.generation).toBe(1);
    },
  );
});

describe('two documents of one name', () => {
  it('are an error that names both places, and neither counts', async () => {
    await using folder = await startFolder({
      'a.yaml': manifest('sso', { interval: '2h' }),
      'b.yaml': `\n\n${manifest('sso', { interval: '3h' })}`,
    });
    const said =
      'metadata.name: Duplicate value: "sso": declared in a.yaml:1 and in b.yaml:3: keep one of them';
    expect(folder.errors()).toEqual([said]);
    expect(problems(folder)).toEqual([said]);
    await folder.remove('b.yaml');
    await folder.noticed();
    expect(valid(folder).spec.interval).toBe('2h');
  });
});

describe('the principal', () => {
  const other = manifest('sso', { servicePrincipal: 'backup.amazonaws.com' });

  it('cannot be changed, and the manifest is valid again with the old one', async () => {
    await using folder = await startFolder({ 'sso.yaml': manifest('sso') });
    await folder.save('sso.yaml', other);
    await folder.noticed();
    expect(problems(folder).join()).toContain('servicePrincipal is immutable');
    await folder.save('sso.yaml', manifest('sso'));
    await folder.noticed();
    expect(valid(folder).spec.servicePrincipal).toBe('sso.amazonaws.com');
  });

  it('cannot be changed while the operator is not running either', async () => {
    await using folder = await startFolder({ 'sso.yaml': manifest('sso') });
    await folder.save('sso.yaml', other);
    await folder.restart();
    expect(problems(folder).join()).toContain('servicePrincipal is immutable');
  });

  it('can be another one when the resource was removed in between', async () => {
    await using folder = await startFolder({ 'sso.yaml': manifest('sso') });
    await folder.remove('sso.yaml');
    await folder.noticed(500);
    await folder.save('sso.yaml', other);
    await folder.noticed();
    expect(valid(folder).spec.servicePrincipal).toBe('backup.amazonaws.com');
  });
});

describe('a status', () => {
  it('is a file in .status that reads like the resource in a cluster', async () => {
    await using folder = await startFolder({ 'sso.yaml': manifest('sso', { interval: '2h' }) });
    await folder.store.writeStatus(valid(folder).metadata, inSync, signal);
    expect(await folder.status('sso')).toMatchObject({
      apiVersion: 'trustedaccess.dev/v1alpha1',
      kind: 'TrustedAccess',
      metadata: { name: 'sso', generation: 1, creationTimestamp: '2026-01-01T00:00:00Z' },
      spec: { interval: '2h' },
      status: inSync,
    });
    expect(valid(folder).status).toEqual(inSync);
    expect(await readFile(folder.path('.status/README'), 'utf8')).toContain('never read as manifests');
  });

  it('is not written again when it says the same', async () => {
    await using folder = await startFolder({ 'sso.yaml': manifest('sso') });
    const { stat } = await import('node:fs/promises');
    await folder.store.writeStatus(valid(folder).metadata, inSync, signal);
    const { ino } = await stat(folder.path('.status/sso.yaml'));
    await folder.store.writeStatus(valid(folder).metadata, { ...inSync }, signal);
    await folder.noticed();
    expect((await stat(folder.path('.status/sso.yaml'))).ino).toBe(ino);
    await folder.store.writeStatus(valid(folder).metadata, { ...inSync, administrators: 'x' }, signal);
    expect((await stat(folder.path('.status/sso.yaml'))).ino).not.toBe(ino);
  });

  it('is an error when it cannot be stored, and the old one stays whole', async () => {
    await using folder = await startFolder({ 'sso.yaml': manifest('sso') });
    const { mkdir, rename, rm, writeFile } = await import('node:fs/promises');
    await folder.store.writeStatus(valid(folder).metadata, inSync, signal);
    // A file where the folder was: whoever runs this, nothing can be written there.
    await rename(folder.path('.status'), folder.path('.kept'));
    await writeFile(folder.path('.status'), '');
    const next = { ...inSync, administrators: '222222222222' };
    await expect(folder.store.writeStatus(valid(folder).metadata, next, signal)).rejects.toThrow('ENOTDIR');
    expect(valid(folder).status).toEqual(inSync);
    await rm(folder.path('.status'));
    await rename(folder.path('.kept'), folder.path('.status'));
    // A folder where the file is to be: the new text is complete and still cannot take its place.
    await mkdir(folder.path('.status/other.yaml/x'), { recursive: true });
    await folder.save('other.yaml', manifest('other'));
    await folder.noticed();
    await expect(folder.store.writeStatus(valid(folder, 'other').metadata, next, signal)).rejects.toThrow();
    expect(await folder.status('sso')).toMatchObject({ status: inSync });
    expect((await readdir(folder.path('.status'))).filter((file) => file.endsWith('.tmp'))).toEqual([]);
    expect(folder.store.ready()).toMatchObject({
      ok: false,
      message: expect.stringContaining('cannot be saved'),
    });
  });

  it('is dropped when its resource is gone', async () => {
    await using folder = await startFolder({ 'sso.yaml': manifest('sso') });
    const { metadata } = valid(folder);
    await folder.remove('sso.yaml');
    await folder.noticed(500);
    await folder.store.writeStatus(metadata, inSync, signal);
    expect(await readdir(folder.path('.status'))).toEqual(['README']);
  });

  it('survives a restart with everything an API server would know', async () => {
    await using folder = await startFolder({ 'sso.yaml': manifest('sso') });
    await folder.save('sso.yaml', manifest('sso', { interval: '2h' }));
    await folder.noticed();
    const replacement = { from: '111111111111', to: '222222222222', startedAt: '2026-01-01T00:00:00Z' };
    await folder.store.writeStatus(valid(folder).metadata, { ...inSync, replacement }, signal);
    await finalize(folder, true);
    const before = valid(folder);
    folder.clock.advance(3_600_000);
    await folder.restart();
    const { resourceVersion: _, ...metadata } = valid(folder).metadata;
    expect({ ...valid(folder), metadata }).toEqual({
      ...before,
      metadata: Object.fromEntries(
        Object.entries(before.metadata).filter(([key]) => key !== 'resourceVersion'),
      ),
    });
    expect(valid(folder).status.replacement).toEqual(replacement);
    await folder.save('sso.yaml', manifest('sso', { interval: '3h' }));
    await folder.restart();
    expect(valid(folder).metadata.generation).toBe(3);
  });

  it('file that is damaged costs the saved state, not the resource', async () => {
    await using folder = await startFolder({ 'sso.yaml': manifest('sso'), '.status/sso.yaml': 'kind: {' });
    expect(valid(folder).metadata.generation).toBe(1);
    expect(folder.lines.filter(({ level }) => level === 'warn')[0]?.message).toContain(
      'unreadable status file',
    );
  });

  it('works for the longest of names', async () => {
    const name = `${'a'.repeat(250)}.bc`;
    await using folder = await startFolder({ 'x.yaml': manifest(name) });
    await folder.store.writeStatus(valid(folder, name).metadata, inSync, signal);
    await folder.restart();
    expect(valid(folder, name).status).toEqual(inSync);
  });
});

describe('removing a manifest', () => {
  it('removes a resource that no finalizer holds, at once and with its status', async () => {
    await using folder = await startFolder({ 'sso.yaml': manifest('sso') });
    folder.changes.length = 0;
    await folder.remove('sso.yaml');
    await folder.noticed(500);
    expect(folder.store.get('sso')).toBeUndefined();
    expect(folder.changes).toEqual(['sso']);
    expect(await readdir(folder.path('.status'))).toEqual(['README']);
  });

  it('is not believed at the first reconcile: some editors remove a file before they write it anew', async () => {
    await using folder = await startFolder({ 'sso.yaml': manifest('sso') });
    await finalize(folder, true);
    await folder.remove('sso.yaml');
    await folder.noticed();
    expect(valid(folder).metadata.deletionTimestamp).toBeUndefined();
    await folder.save('sso.yaml', manifest('sso'));
    await folder.noticed(1_000);
    expect(valid(folder).metadata.deletionTimestamp).toBeUndefined();
  });

  it('removes one document of several', async () => {
    await using folder = await startFolder({ 'all.yaml': `${manifest('one')}\n---\n${manifest('two')}` });
    await folder.save('all.yaml', manifest('two'));
    await folder.noticed(500);
    expect(folder.store.list().map((each) => metadataOf(each).name)).toEqual(['two']);
  });

  it('begins the deletion of a resource that a finalizer holds, which ends when it is let go', async () => {
    await using folder = await startFolder({ 'sso.yaml': manifest('sso', { interval: '2h' }) });
    await finalize(folder, true);
    await folder.remove('sso.yaml');
    await folder.noticed(500);
    expect(valid(folder)).toMatchObject({
      metadata: { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['trustedaccess.dev/revoke'] },
      spec: { interval: '2h' },
    });
    folder.changes.length = 0;
    await finalize(folder, false);
    expect(folder.store.get('sso')).toBeUndefined();
    expect(folder.changes).toEqual(['sso']);
    expect(await readdir(folder.path('.status'))).toEqual(['README']);
    await folder.restart();
    expect(folder.store.list()).toEqual([]);
  });

  it.each([
    ['during a deletion', true],
    ['before it began', false],
  ])('is remembered over a restart %s', async (_, begun) => {
    await using folder = await startFolder({ 'sso.yaml': manifest('sso', { interval: '2h' }) });
    await finalize(folder, true);
    await folder.remove('sso.yaml');
    if (begun) await folder.noticed(500);
    await folder.restart();
    if (!begun) await folder.noticed(500);
    expect(valid(folder)).toMatchObject({
      metadata: { deletionTimestamp: expect.any(String) },
      spec: { interval: '2h' },
    });
  });

  it('deletes the last accepted version after an invalid edit', async () => {
    await using folder = await startFolder({ 'sso.yaml': manifest('sso', { interval: '2h' }) });
    await finalize(folder, true);
    await folder.save('sso.yaml', manifest('sso', { interval: 'x' }));
    await folder.noticed();
    await folder.remove('sso.yaml');
    await folder.noticed(500);
    expect(valid(folder)).toMatchObject({
      metadata: { deletionTimestamp: expect.any(String) },
      spec: { interval: '2h' },
    });
  });

  it('is noticed at the next start: the resource is no longer shown', async () => {
    await using folder = await startFolder({ 'sso.yaml': manifest('sso') });
    await folder.remove('sso.yaml');
    folder.changes.length = 0;
    await folder.restart();
    expect(folder.store.get('sso')).toBeUndefined();
    expect(folder.store.ready()).toEqual({ ok: false, message: 'the folder is being read' });
    await folder.noticed(500);
    expect(folder.store.ready().ok).toBe(true);
    expect(folder.store.list()).toEqual([]);
  });
});

describe('a manifest that comes back during the deletion', () => {
  it('can still change what the deletion does, and then declares a new resource', async () => {
    await using folder = await startFolder({ 'sso.yaml': manifest('sso') });
    await finalize(folder, true);
    await folder.remove('sso.yaml');
    await folder.noticed(500);
    await folder.save('sso.yaml', manifest('sso', { deletionPolicy: 'Retain', interval: '3h' }));
    await folder.noticed();
    expect(valid(folder)).toMatchObject({
      metadata: { deletionTimestamp: '2026-01-01T00:00:00Z', generation: 2 },
      spec: { interval: '3h' },
    });
    await finalize(folder, false);
    await folder.noticed();
    expect(valid(folder).metadata).toMatchObject({ generation: 1, finalizers: [] });
    expect(valid(folder).metadata.deletionTimestamp).toBeUndefined();
  });
});

describe('a finalizer', () => {
  it('is stored before any caller relies on it', async () => {
    await using folder = await startFolder({ 'sso.yaml': manifest('sso') });
    await finalize(folder, true);
    expect(await folder.status('sso')).toMatchObject({
      metadata: { finalizers: ['trustedaccess.dev/revoke'] },
    });
  });

  it('is not set on a resource that changed meanwhile', async () => {
    await using folder = await startFolder({ 'sso.yaml': manifest('sso') });
    const { metadata } = valid(folder);
    await folder.save('sso.yaml', manifest('sso', { interval: '2h' }));
    await folder.noticed();
    await expect(folder.store.setFinalizer(metadata, true, signal)).rejects.toThrow(
      'changed in the meantime',
    );
    await finalize(folder, true);
    expect(valid(folder).metadata.finalizers).toHaveLength(1);
  });

  it('is set although the status was written in between: that is the operator itself', async () => {
    await using folder = await startFolder({ 'sso.yaml': manifest('sso') });
    const { metadata } = valid(folder);
    await folder.store.writeStatus(metadata, inSync, signal);
    await folder.store.setFinalizer(metadata, true, signal);
    expect(valid(folder)).toMatchObject({ status: inSync, metadata: { finalizers: [expect.any(String)] } });
  });

  it('is no matter for a manifest', async () => {
    await using folder = await startFolder({ 'sso.yaml': manifest('sso', {}, { finalizers: ['x/y'] }) });
    expect(valid(folder).metadata.finalizers).toEqual([]);
  });
});
