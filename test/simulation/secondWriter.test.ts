import { describe, expect, it } from 'vitest';
import { importWith, seed } from '../model/seeded/seeding.ts';
import type * as SecondWriter from './secondWriter.ts';

const scenario = new URL('./secondWriter.ts', import.meta.url);

const rereadsByGet = seed('kubernetes/listing.ts', 'list', (list) => async (collection, begin, ...rest) => {
  const name = /^metadata\.name=(.+)$/.exec(collection.fieldSelector ?? '')?.[1];
  if (name === undefined) return list(collection, begin, ...rest);
  const [signal] = rest;
  begin()(await collection.api.call({ method: 'GET', path: `${collection.path}/${name}` }, signal));
  return '';
});

describe('Beside a second writer that keeps patching annotations', () => {
  it("the operator's status arrives within a minute, with the rights of the chart's role", async () => {
    const { besideASecondWriter } = await importWith<typeof SecondWriter>(undefined, scenario);
    expect(await besideASecondWriter()).toEqual([]);
  });

  it('the scenario finds an operator that reads a resource by get after a conflict', async () => {
    const { besideASecondWriter } = await importWith<typeof SecondWriter>(rereadsByGet, scenario);
    expect(await besideASecondWriter()).toContain('the status of generation 2 did not arrive');
  });
});
