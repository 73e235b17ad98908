/** As much of Terraform's language as the files in deploy/ use: blocks, attributes, lists, objects, strings, references, calls. */
export type Hcl = string | number | boolean | readonly Hcl[] | { readonly [key: string]: Hcl } | HclCall;

export interface HclCall {
  readonly call: string;
  readonly argument: Hcl;
}

export interface HclBlock {
  readonly type: string;
  readonly labels: readonly string[];
  readonly attributes: Readonly<Record<string, Hcl>>;
  readonly blocks: readonly HclBlock[];
}

const token = /\s*(#[^\n]*|"(?:[^"\\]|\\.)*"|[\w.-]+|[{}[\]()=,])/y;

/** Top-level blocks. References are strings as they are written. Throws on anything else. */
export function parseHcl(text: string): readonly HclBlock[] {
  const tokens = tokensOf(text);
  let at = 0;
  const peek = () => tokens[at] ?? '';
  const take = (expected?: string) => {
    const found = peek();
    if (found === '' || (expected !== undefined && found !== expected)) {
      throw new Error(
        `${expected ?? 'more'} expected, "${found}" found after ${tokens.slice(at - 5, at).join(' ')}`,
      );
    }
    at += 1;
    return found;
  };

  const value = (): Hcl => {
    const first = take();
    if (first === '[') return list();
    if (first === '{') return object();
    if (first.startsWith('"')) return JSON.parse(first);
    if (first === 'true' || first === 'false') return first === 'true';
    if (/^\d+$/.test(first)) return Number(first);
    if (peek() !== '(') return first;
    take('(');
    const argument = value();
    take(')');
    return { call: first, argument };
  };
  const list = (): Hcl => {
    const items: Hcl[] = [];
    while (peek() !== ']') {
      items.push(value());
      if (peek() === ',') take(',');
    }
    take(']');
    return items;
  };
  const object = (): Hcl => {
    const members: Record<string, Hcl> = {};
    while (peek() !== '}') {
      const key = take();
      take('=');
      members[key.startsWith('"') ? JSON.parse(key) : key] = value();
      if (peek() === ',') take(',');
    }
    take('}');
    return members;
  };
  const block = (type: string): HclBlock => {
    const labels: string[] = [];
    while (peek() !== '{') labels.push(JSON.parse(take()));
    take('{');
    const attributes: Record<string, Hcl> = {};
    const blocks: HclBlock[] = [];
    while (peek() !== '}') {
      const name = take();
      if (peek() === '=') {
        take('=');
        attributes[name] = value();
      } else blocks.push(block(name));
    }
    take('}');
    return { type, labels, attributes, blocks };
  };

  const blocks: HclBlock[] = [];
  while (at < tokens.length) blocks.push(block(take()));
  return blocks;
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  token.lastIndex = 0;
  while (text.slice(token.lastIndex).trim() !== '') {
    const from = token.lastIndex;
    const found = token.exec(text)?.[1];
    if (found === undefined) throw new Error(`not understood: ${text.slice(from, from + 40)}`);
    if (!found.startsWith('#')) tokens.push(found);
  }
  return tokens;
}
