import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '../harness/program.ts';

/** The text of every YAML file in a folder of a Go module, checked by Go against its checksum database. */
export async function yamlOfModule(module: string, folder: string): Promise<string> {
  const found = await runProgram('go', ['mod', 'download', '-json', module], {
    cwd: tmpdir(),
    timeoutMs: 60_000,
  });
  const { Dir, Error: problem }: { Dir?: string; Error?: string } = JSON.parse(found.stdout || '{}');
  if (Dir === undefined) throw new Error(`${module}: ${problem ?? found.stderr}`);
  const names = (await readdir(join(Dir, folder))).filter((name) => name.endsWith('.yaml'));
  const texts = await Promise.all(names.map((name) => readFile(join(Dir, folder, name), 'utf8')));
  return texts.join('\n---\n');
}
