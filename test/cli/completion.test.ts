import { Command } from 'commander';
import { beforeAll, describe, expect, it } from 'vitest';
import { commandNames, loadCommand } from '../../src/cli/commands.ts';
import { type Completing, complete } from '../../src/cli/completion/complete.ts';
import { calledBy, programNameOf } from '../../src/cli/programName.ts';

let completing: Completing;
let asked: { readonly command: string; readonly words: readonly string[] }[];

beforeAll(() => {
  completing = {
    program: new Command('trusted-access').version('1'),
    commandNames,
    load: async (name) => {
      const known = commandNames.find((each) => each === name);
      return known && loadCommand(known);
    },
    resourceNames: async (command, words) => {
      asked.push({ command: command.name(), words });
      return ['sso', 'ram'];
    },
  };
});

/** What is offered, without what it means, and what the shell adds. */
async function offered(...words: string[]) {
  asked = [];
  const lines = (await complete(words, completing)).split('\n');
  return { values: lines.slice(0, -1).map((line) => line.split('\t')[0]), also: lines.at(-1) };
}
const [files, nothing, folders] = [':0', ':4', ':16'];

describe('what is offered', () => {
  it('are all commands, each with what it does', async () => {
    expect((await offered('')).values).toEqual([...commandNames, 'help']);
    expect(await complete(['pla'], completing)).toMatch(
      /^plan\tshow what the operator would change in AWS, and why\n:4$/,
    );
  });

  it.each<[string, string[], string[], string]>([
    ['options of the program', ['--v'], ['--version'], nothing],
    ['the command that is helped with', ['help', 'pl'], ['plan'], nothing],
    ['options of a command', ['plan', '--j'], ['--json', '--json-schema'], nothing],
    [
      'options after an option with a value',
      ['plan', '-f', 'x', '--js'],
      ['--json', '--json-schema'],
      nothing,
    ],
    ['words of an option', ['run', '--log-format', ''], ['auto', 'json', 'pretty'], nothing],
    ['words of an option with =', ['run', '--log-format=p'], ['--log-format=pretty'], nothing],
    [
      'words of an option that bash took apart',
      ['run', '--log-format', '=', 'p'],
      ['--log-format=pretty'],
      nothing,
    ],
    ['no words where any may stand', ['history', '--since', ''], [], nothing],
    ['files', ['plan', '-f', ''], [], files],
    ['files, by the long name and =', ['plan', '--filename=ma'], [], files],
    ['a kubeconfig', ['history', '--kubeconfig', ''], [], files],
    ['folders', ['import', '--output-dir', ''], [], folders],
    ['words of an argument', ['completion', ''], ['bash', 'zsh', 'fish'], nothing],
    ['nothing behind the last argument but options', ['completion', 'bash', '--h'], ['--help'], nothing],
    ['nothing of a command that there is not', ['destroy', ''], [], nothing],
  ])('%s', async (_, words, values, also) => {
    expect(await offered(...words)).toEqual({ values, also });
  });

  it('names of resources, with the options that say where they are', async () => {
    expect(await offered('history', '--json', '--context', 'prod', 's')).toEqual({
      values: ['sso'],
      also: nothing,
    });
    expect(asked).toEqual([{ command: 'history', words: ['--json', '--context', 'prod', 's'] }]);
  });

  it('only what is to be completed is asked for', async () => {
    for (const words of [
      ['history', '--si'],
      ['history', '--since', ''],
      ['plan', ''],
    ])
      await offered(...words);
    expect(asked).toEqual([]);
  });

  it.each(commandNames)('every option of %s, and each has a meaning', async (name) => {
    const lines = (await complete([name, '--'], completing)).split('\n').slice(0, -1);
    const { options } = await loadCommand(name);
    expect(lines.map((line) => line.split('\t')[0])).toEqual([...options.map(({ long }) => long), '--help']);
    for (const line of lines) expect(line).toMatch(/^--[\w-]+\t\S/);
  });
});

describe('the name of the program', () => {
  it.each([
    ['/usr/local/bin/trusted-access', 'trusted-access'],
    ['/usr/local/bin/kubectl-trusted_access', 'kubectl trusted-access'],
    ['/app/bin/kubectl-trusted_access.mjs', 'kubectl trusted-access'],
    [undefined, 'trusted-access'],
  ])('started as %s is %s', (path, name) => {
    expect(programNameOf(path)).toBe(name);
  });

  it.each([
    [
      '  kustomize build . | trusted-access plan -f -',
      '  kustomize build . | kubectl trusted-access plan -f -',
    ],
    ['Usage: kubectl trusted-access plan', 'Usage: kubectl trusted-access plan'],
    ['exec deploy/x -- trusted-access doctor', 'exec deploy/x -- trusted-access doctor'],
    ['-n trusted-access-system', '-n trusted-access-system'],
    ['queue/trusted-access-events (default)', 'queue/trusted-access-events (default)'],
  ])('is %j in the script', (text, expected) => {
    expect(calledBy('kubectl trusted-access', text)).toBe(expected);
    expect(calledBy('trusted-access', text)).toBe(text);
  });
});
