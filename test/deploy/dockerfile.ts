import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './chart.ts';

export interface Instruction {
  readonly name: string;
  readonly text: string;
}

export interface Fixture {
  readonly from: string;
  readonly instructions: readonly Instruction[];
}

export interface Dockerfile {
  /** Arguments before the first stage, with their defaults. */
  readonly args: ReadonlyMap<string, string>;
  readonly build: Fixture;
  readonly final: Fixture;
}

function instructionsIn(text: string): Instruction[] {
  return text
    .split('\n')
    .filter((line) => !/^\s*(#|$)/.test(line))
    .join('\n')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => {
      const [name = '', ...rest] = line.split(' ');
      return { name, text: rest.join(' ') };
    });
}

/** As far as the project's own Dockerfile goes: two stages, no heredocs, no conditions. */
export async function readDockerfile(): Promise<Dockerfile> {
  const all = instructionsIn(await readFile(join(root, 'Dockerfile'), 'utf8'));
  const starts = all.flatMap(({ name }, index) => (name === 'FROM' ? [index] : []));
  const [first, second] = starts;
  if (first === undefined || second === undefined || starts.length > 2) throw new Error('not two stages');
  const args = all.slice(0, first).map(({ text }): [string, string] => {
    const [name = '', ...value] = text.split('=');
    return [name, value.join('=')];
  });
  const fixture = (from: number, to?: number): Fixture => ({
    from: all[from]?.text ?? '',
    instructions: all.slice(from + 1, to),
  });
  return { args: new Map(args), build: fixture(first, second), final: fixture(second) };
}

/** `A=b C="d e"` as LABEL and ENV have it. */
export function pairs(fixture: Fixture, name: string): Map<string, string> {
  const texts = fixture.instructions.filter((each) => each.name === name).map(({ text }) => text);
  const found = texts.flatMap((text) => [...text.matchAll(/([\w.]+)=("([^"]*)"|\S+)/g)]);
  return new Map(found.map(([, key = '', plain = '', quoted]) => [key, quoted ?? plain]));
}

export const texts = (fixture: Fixture, name: string): string[] =>
  fixture.instructions.filter((each) => each.name === name).map(({ text }) => text);
