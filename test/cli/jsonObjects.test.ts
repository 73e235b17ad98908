import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonObjects } from '../../src/cli/doctor/trailFiles/jsonObjects.ts';

async function* chunksOf(...chunks: readonly string[]) {
  yield* chunks;
}

async function objectsIn(chunks: AsyncIterable<string>, longest = 1_000) {
  const objects: (string | undefined)[] = [];
  for await (const object of jsonObjects(chunks, longest)) objects.push(object);
  return objects;
}

describe('The JSON objects of a CloudTrail file', () => {
  it('are the same wherever the file is cut into chunks', async () => {
    const objects = fc.array(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })), { maxLength: 5 });
    const layouts = fc.constantFrom(
      (texts: readonly string[]) => `{"Records":[${texts.join(',')}]}`,
      (texts: readonly string[]) => `[${texts.join(', ')}]`,
      (texts: readonly string[]) => `[]${texts.join('\n')}`,
    );
    await fc.assert(
      fc.asyncProperty(objects, layouts, fc.integer({ min: 1, max: 40 }), async (values, layout, size) => {
        const texts = values.map((value) => JSON.stringify({ eventID: 'x', ...value }));
        const whole = layout(texts);
        const chunks = whole.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
        expect(await objectsIn(chunksOf(...chunks), 100_000)).toEqual(texts);
      }),
    );
  });

  it('are read one at a time, and no chunk before it is needed', async () => {
    let pulled = 0;
    async function* endless() {
      yield '{"Records":[';
      for (;;) {
        pulled += 1;
        yield `{"eventID":"${pulled}"},`;
      }
    }
    const objects = jsonObjects(endless(), 1_000);
    for (let count = 1; count <= 3; count += 1) {
      expect((await objects.next()).value).toBe(`{"eventID":"${count}"}`);
      expect(pulled).toBe(count);
    }
    await objects.return(undefined);
  });

  it('are passed over when they are too long, and the next one is read', async () => {
    const long = `{"a":"${'x'.repeat(2_000)}"}`;
    expect(
      await objectsIn(chunksOf(`{"Records":[${long.slice(0, 900)}`, `${long.slice(900)},{"b":1}]}`)),
    ).toEqual([undefined, '{"b":1}']);
  });

  it('may contain brackets, quotes and escapes in strings', async () => {
    const text = String.raw`{"a":"}]{\\\"[","b":{"Records":[{"c":1}]}}`;
    expect(await objectsIn(chunksOf(text))).toEqual([text]);
  });

  it.each([
    ['', 'no JSON object'],
    ['hello', 'no JSON object'],
    [']', 'no JSON'],
    ['{"Records":[{"a":1}', 'the file ends within a JSON value'],
    ['{"a":"', 'the file ends within a JSON value'],
  ])('end with an error in %j', async (text, message) => {
    await expect(objectsIn(chunksOf(text))).rejects.toThrow(message);
  });

  it('are none in an empty list', async () => {
    expect(await objectsIn(chunksOf('{"Records":[]}'))).toEqual([]);
  });
});
