/** The list of a file that CloudTrail delivers, and of what LookupEvents answers. */
const listHead = /[{,]\s*"(Records|Events)"\s*:\s*$/;
const longestHead = 4_096;

/**
 * Yields the text of each JSON object: the members of a list of `Records` or `Events`, of an array, or one object after
 * the other. Keeps one object in memory; `undefined` stands for one of more than `longest` characters.
 * @throws SyntaxError when the text ends within a value, or holds no object and no list
 */
export async function* jsonObjects(
  chunks: AsyncIterable<string>,
  longest: number,
): AsyncGenerator<string | undefined> {
  const scanner = createScanner(longest);
  for await (const chunk of chunks) yield* scanner.scan(chunk);
  scanner.end();
}

function createScanner(longest: number) {
  let depth = 0;
  let inString = false;
  let escaped = false;
  let isEmpty = true;
  /** The depth of the object that is being read; 0: none is. */
  let openedAt = 0;
  let text = '';
  let isTooLong = false;

  const keep = (part: string) => {
    if (openedAt === 0) return;
    isTooLong ||= text.length + part.length > longest;
    text = isTooLong ? '' : text + part;
  };
  const take = (): string | undefined => {
    const object = isTooLong ? undefined : text;
    [text, isTooLong, openedAt] = ['', false, 0];
    return object;
  };
  const open = (character: string): boolean => {
    isEmpty = false;
    depth += 1;
    if (character === '{' && openedAt === 0) {
      openedAt = depth;
      return true;
    }
    return false;
  };
  const isList = () => openedAt === 1 && text.length <= longestHead && listHead.test(text);
  const skipString = (character: string) => {
    if (escaped) escaped = false;
    else if (character === '\\') escaped = true;
    else if (character === '"') inString = false;
  };

  return {
    *scan(chunk: string): Generator<string | undefined> {
      let from = 0;
      for (let index = 0; index < chunk.length; index += 1) {
        const character = chunk.charAt(index);
        if (inString) {
          skipString(character);
        } else if (character === '"') {
          inString = true;
        } else if (character === '{' || character === '[') {
          if (open(character)) from = index;
          if (character === '[' && openedAt > 0 && depth === openedAt + 1) {
            keep(chunk.slice(from, index));
            from = index;
            if (isList()) take();
          }
        } else if (character === '}' || character === ']') {
          depth -= 1;
          if (depth < 0) throw new SyntaxError('no JSON');
          if (openedAt > 0 && depth < openedAt) {
            keep(chunk.slice(from, index + 1));
            from = index + 1;
            yield take();
          }
        }
      }
      keep(chunk.slice(from));
    },
    end() {
      if (depth > 0 || inString) throw new SyntaxError('the file ends within a JSON value');
      if (isEmpty) throw new SyntaxError('no JSON object');
    },
  };
}
