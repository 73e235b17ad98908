/** The built executable on a terminal, as a person starts it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { manifest, openAws } from '../cluster/fixture.ts';
import { cleanEnvironment, executable, runToEnd } from '../harness/binary.ts';
import { openTerminal } from '../harness/terminal.ts';

const off = ['--metrics-bind-address=0', '--health-probe-bind-address=0'];
/** The time, the level, the message. */
const readable = /^\[\d\d:\d\d:\d\d\.\d{3}\] INFO: reconciling$/m;

describe('The built executable that works on a folder', () => {
  it.each([
    ['on a terminal', [], {}, true],
    ['in a pipe with --log-format pretty', ['--log-format=pretty'], {}, false],
    ['in a pipe with TRUSTED_ACCESS_LOG_FORMAT=pretty', [], { TRUSTED_ACCESS_LOG_FORMAT: 'pretty' }, false],
  ])('logs readable lines %s', async (_where, format, variables, onTerminal) => {
    const folder = await mkdtemp(join(tmpdir(), 'trusted-access-terminal-'));
    await using aws = await openAws();
    await writeFile(join(folder, 'sso.yaml'), manifest());
    const args = ['run', '--once', '--manifests', folder, ...off, ...format];
    const environment = { ...aws.environment, ...variables };
    let screen: string;
    let code: number | null;
    if (onTerminal) {
      const line = [process.execPath, executable, ...args].join(' ');
      await using terminal = openTerminal(line, { env: cleanEnvironment(environment) });
      code = await terminal.ended;
      screen = terminal.screen();
    } else {
      const ended = await runToEnd(args, environment);
      code = ended.code;
      screen = ended.stdout + ended.stderr;
    }
    await rm(folder, { recursive: true });
    expect(screen).toMatch(readable);
    expect(code, screen).toBe(0);
  });
});
