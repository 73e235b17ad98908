import { expect, it } from 'vitest';
import { metadataOf } from '../../src/controller/ports.ts';
import { jumps, settable } from '../harness/settable.ts';
import { manifest, startFolder } from './folder.ts';

const names = (folder: Awaited<ReturnType<typeof startFolder>>) =>
  folder.store.list().map((stored) => metadataOf(stored).name);

it.each(jumps)('the wall clock set %s: manifests are followed as before', async (_, by) => {
  await using folder = await startFolder({ 'sso.yaml': manifest('sso'), 'ram.yaml': manifest('ram') });
  const { set } = settable(folder.clock);
  await folder.remove('ram.yaml');
  await folder.noticed();
  set(by);
  await folder.noticed(600);
  await folder.noticed(600);
  expect(names(folder)).toEqual(['sso']);
  await folder.save('ram.yaml', manifest('ram'));
  // At the latest when the folder is looked at although nothing was noticed.
  await folder.passed(30_000);
  expect(names(folder).sort()).toEqual(['ram', 'sso']);
});
