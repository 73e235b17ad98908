import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { metadataOf } from '../../src/controller/ports.ts';
import { type Folder, manifest, startFolder } from './folder.ts';

const { signal } = new AbortController();
const revoke = { deletionPolicy: 'Revoke', disable: { confirmation: 'disable' } };

async function writeStatus(folder: Folder): Promise<void> {
  const stored = folder.store.get('sso');
  if (!stored) throw new Error('there is no sso');
  await folder.store.writeStatus(metadataOf(stored), { administrators: 'none', conditions: [] }, signal);
}

const deletionOf = (folder: Folder): string | undefined => {
  const stored = folder.store.get('sso');
  return stored ? metadataOf(stored).deletionTimestamp : 'gone';
};

describe('the folder itself goes away, as a volume or a checkout does', () => {
  it('the operator does not create it again to write a status', async () => {
    await using folder = await startFolder({ 'sso.yaml': manifest('sso') });
    await rm(folder.directory, { recursive: true });
    await expect(writeStatus(folder)).rejects.toThrow(`there is no folder ${folder.directory}`);
    await expect(readdir(folder.directory)).rejects.toThrow('ENOENT');
    await folder.noticed(1_000);
    expect(folder.store.ready().ok).toBe(false);
    expect(deletionOf(folder)).toBeUndefined();
  });

  it.each([
    ['with a finalizer, where a deletion would revoke', revoke],
    ['without', {}],
  ])('an empty folder in its place deletes nothing: a resource %s', async (_, spec) => {
    await using folder = await startFolder({ 'sso.yaml': manifest('sso', spec) });
    const stored = folder.store.get('sso');
    if (stored && spec === revoke) await folder.store.setFinalizer(metadataOf(stored), true, signal);
    await rename(folder.directory, `${folder.directory}-away`);
    await mkdir(folder.directory);
    await folder.noticed(1_000);
    await folder.noticed(60_000);
    expect(deletionOf(folder)).toBeUndefined();
    expect(folder.store.ready()).toEqual({ ok: false, message: expect.stringContaining('empty') });
    await rm(folder.directory, { recursive: true });
    await rename(`${folder.directory}-away`, folder.directory);
    await folder.noticed(1_000);
    expect(folder.store.ready().ok).toBe(true);
    expect(deletionOf(folder)).toBeUndefined();
  });

  it('another folder with manifests in its place is accepted', async () => {
    await using folder = await startFolder({ 'sso.yaml': manifest('sso'), 'ram.yaml': manifest('ram') });
    await rm(folder.directory, { recursive: true });
    await mkdir(folder.directory);
    await folder.save('ram.yaml', manifest('ram'));
    await folder.noticed(1_000);
    expect(folder.store.list().map((each) => metadataOf(each).name)).toEqual(['ram']);
  });

  it('a manifest that is removed in the same folder, the last one too, is a removal', async () => {
    await using folder = await startFolder({ 'sso.yaml': manifest('sso') });
    await folder.remove('sso.yaml');
    await folder.noticed(1_000);
    expect(folder.store.list()).toEqual([]);
  });
});
