/** What the pages show of a shell at a desk, typed: the built executable, and an AWS that is simulated. */
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { identity, manifest, openScenario, type Scenario, security, sso } from '../cli/planFixture.ts';
import { runProgram } from '../harness/program.ts';
import { codeBlocks, read, root } from './documents.ts';
import { typedAtADesk } from './typed.ts';

let scenario: Scenario;
let environment: NodeJS.ProcessEnv;
beforeAll(async () => {
  scenario = await openScenario({ administrators: { [sso]: [security] } });
  const bin = join(scenario.folder, 'bin');
  await mkdir(bin);
  const wrapper = join(bin, 'trusted-access');
  const call = [join(root, 'node_modules/.bin/node'), join(root, 'bin/trusted-access.mjs')];
  await writeFile(wrapper, `#!/bin/sh\nexec ${call.join(' ')} "$@"\n`);
  await chmod(wrapper, 0o755);
  environment = {
    ...scenario.environment,
    PATH: [bin, process.env['PATH']].join(delimiter),
    HOME: scenario.folder,
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    NO_COLOR: '1',
  };
});
afterAll(() => scenario?.[Symbol.asyncDispose]());

const type = (line: string, timeoutMs = 30_000) =>
  runProgram('sh', ['-c', line], { cwd: scenario.folder, env: environment, timeoutMs });

const linesOf = (path: string) =>
  codeBlocks(path)
    .filter(({ language }) => language === 'sh')
    .flatMap(({ text }) => text.trim().split('\n'))
    .map((line) => line.trim());
const own = (path: string) => linesOf(path).filter((line) => line.startsWith('trusted-access '));

describe('typed at a desk', () => {
  it('import writes the actual state, and plan finds it in sync', async () => {
    const lines = own('docs/migrate.md');
    expect(lines).toHaveLength(2);
    for (const line of lines) {
      const { code, stdout, stderr } = await type(line);
      expect(code, `${line}\n${stdout}${stderr}`).toBe(0);
    }
    expect(await readFile(join(scenario.folder, 'manifests/sso.yaml'), 'utf8')).toContain('o-exampleorgid');
    expect(scenario.writes()).toEqual([]);
  });

  it('the plan on a pull request is, word for word, the one on the page', async () => {
    const [line = '', ...more] = own('docs/pull-requests.md');
    const shown = codeBlocks('docs/pull-requests.md').filter(({ language }) => language === 'text');
    expect(more).toEqual([]);
    expect(shown).toHaveLength(1);
    await rm(join(scenario.folder, 'manifests'), { recursive: true, force: true });
    await mkdir(join(scenario.folder, 'manifests'));
    const swap = manifest(`delegatedAdministrators: ["${identity}"]`);
    await writeFile(join(scenario.folder, 'manifests/sso.yaml'), swap);
    const { code, stdout } = await type(line);
    expect(stdout.trim()).toBe(shown[0]?.text.trim());
    expect(code).toBe(2);
  });

  it('is everything that these pages report to type of trusted-access', () => {
    expect(typedAtADesk.filter((path) => own(path).length === 0)).toEqual([]);
  });
});

/** Times, addresses and folders differ from run to run. */
const timeless = (line: string) =>
  line
    .replaceAll(/\d+\.\d{3} s/g, 'N s')
    .replace(/127\.0\.0\.1:\d+/, '127.0.0.1:PORT')
    .replace(/trusted-access-sandbox-\w+/, 'trusted-access-sandbox-X')
    .replace(/^ +\+N s/, '+N s');

/** Typed with --exit there is no page; that it is shown otherwise is for test/browser/opening.test.ts. */
const withPage = /^ {2}in a browser /;

it('the sandbox shows what the first page shows of it, in that order', async () => {
  const block = codeBlocks('README.md').find(({ text }) => text.startsWith('$ make run\n'));
  const shown = (block?.text ?? '').trim().split('\n').slice(1);
  expect(shown.length).toBeGreaterThan(10);
  expect(read('Makefile')).toMatch(/^\t@exec \S+ bin\/trusted-access\.mjs sandbox \$\(ARGS\)$/m);
  const [line = ''] = own('docs/events.md').filter((each) => each.includes(' sandbox '));
  expect(line).toBe('trusted-access sandbox --drills all --exit');
  const { code, stdout, stderr } = await type(line, 150_000);
  expect(code, `${stdout}${stderr}`).toBe(0);
  let rest = stdout.split('\n').map(timeless);
  for (const wanted of shown
    .map(timeless)
    .filter((each) => each !== '' && each !== '…' && !withPage.test(each))) {
    const at = rest.indexOf(wanted);
    expect(at, `"${wanted}" is not among what follows:\n${rest.join('\n')}`).toBeGreaterThanOrEqual(0);
    rest = rest.slice(at + 1);
  }
}, 180_000);
