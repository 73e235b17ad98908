import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { runProgram } from '../harness/program.ts';
import { identity, manifest, openScenario, type Scenario, security, sso } from './planFixture.ts';

const root = resolve(import.meta.dirname, '../..');
const read = async (file: string): Promise<unknown> =>
  parse(await readFile(join(root, 'deploy/ci', file), 'utf8'));

interface Step {
  readonly name?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}
interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: {
    readonly plan: { readonly env: Readonly<Record<string, string>>; readonly steps: readonly Step[] };
  };
}
interface Pipeline {
  readonly 'trusted-access-plan': {
    readonly variables: Readonly<Record<string, string>>;
    readonly script: readonly string[];
  };
}

let scenario: Scenario;
let server: Server | undefined;
afterEach(async () => {
  await scenario?.[Symbol.asyncDispose]();
  await new Promise((done) => (server ? server.close(done) : done(undefined)));
  server = undefined;
});

/** A repository with a manifest, and the programs of a pipeline: docker runs the built executable, gh notes its calls. */
async function openRepository(declared: string): Promise<NodeJS.ProcessEnv> {
  scenario = await openScenario({ administrators: { [sso]: [security] } });
  await mkdir(join(scenario.folder, 'trusted-access'));
  await scenario.write('trusted-access/sso.yaml', declared);
  const bin = join(scenario.folder, 'bin');
  await mkdir(bin);
  const executable = `"${root}/node_modules/.bin/node" "${root}/bin/trusted-access.mjs"`;
  const programs = {
    docker: `while [ "$1" != "$IMAGE" ]; do shift; done; shift; exec ${executable} "$@"`,
    gh: `echo "$*" >> "${scenario.folder}/gh.log"; case "$*" in *--paginate*) cat "${scenario.folder}/ids" ;; esac`,
  };
  for (const [name, text] of Object.entries(programs)) {
    await writeFile(join(bin, name), `#!/bin/bash\n${text}\n`);
    await chmod(join(bin, name), 0o755);
  }
  await scenario.write('ids', '');
  return {
    ...scenario.environment,
    PATH: `${bin}:${process.env['PATH']}`,
    HOME: '/nonexistent',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

const file = (name: string) => readFile(join(scenario.folder, name), 'utf8');
const administeredBy = (account: string) => manifest(`delegatedAdministrators: ["${account}"]`);

describe('The workflow for GitHub Actions', () => {
  async function run(environment: NodeJS.ProcessEnv) {
    const { jobs } = (await read('github-actions.yaml')) as Workflow;
    const outputs = join(scenario.folder, 'outputs');
    let code = 0;
    let stdout = '';
    for (const { name, run: script } of jobs.plan.steps) {
      if (script === undefined) continue;
      expect(script, `${name} takes what others wrote from its environment alone`).not.toContain('${{');
      const given = await readFile(outputs, 'utf8').catch(() => '');
      const result = await runProgram('bash', ['-eo', 'pipefail', '-c', script], {
        cwd: scenario.folder,
        env: {
          ...environment,
          ...jobs.plan.env,
          GITHUB_OUTPUT: outputs,
          GITHUB_STEP_SUMMARY: join(scenario.folder, 'summary.md'),
          GITHUB_REPOSITORY: 'octo/infra',
          RUNNER_TEMP: scenario.folder,
          NUMBER: '7',
          CODE: /code=(\d+)/.exec(given)?.[1] ?? '',
        },
      });
      code = result.code;
      stdout += result.stdout;
      if (code !== 0) break;
    }
    return { code, stdout };
  }

  it('comments a change, passes, and writes the summary', async () => {
    const environment = await openRepository(administeredBy(identity));
    expect(await run(environment)).toMatchObject({ code: 0, stdout: 'there are changes: see the comment\n' });
    const summary = await file('summary.md');
    expect(summary).toContain('<!-- trusted-access plan -->\n## 📝 Trusted access: changes');
    expect(summary).toContain('`trusted-access/sso.yaml:1`');
    expect(summary).toContain('+   - "333333333333"  # identity');
    expect(await file('plan.md')).toBe(summary);
    expect((await file('gh.log')).trim().split('\n').at(-1)).toBe(
      `api --silent repos/octo/infra/issues/7/comments --field body=@${scenario.folder}/plan.md`,
    );
  });

  it('changes its own comment when there is one', async () => {
    const environment = await openRepository(administeredBy(security));
    await scenario.write('ids', '42\n43\n');
    expect(await run(environment)).toMatchObject({ code: 0, stdout: 'in sync\n' });
    expect((await file('gh.log')).trim().split('\n').at(-1)).toContain(
      '--method PATCH repos/octo/infra/issues/comments/42',
    );
  });

  it.each([
    ['a manifest that is not valid', administeredBy('1'), '❌ Trusted access: needs attention'],
    ['no manifest', '# nothing\n', '❌ Trusted access: there is no plan, see the log of the job.'],
  ])('fails with %s, and says so in the comment', async (_what, declared, title) => {
    const environment = await openRepository(declared);
    expect(await run(environment)).toMatchObject({ code: 1 });
    expect(await file('plan.md')).toContain(title);
    expect(await file('gh.log')).toContain('issues/7/comments --field');
  });

  it('may write comments and nothing else', async () => {
    const { permissions } = (await read('github-actions.yaml')) as Workflow;
    expect(permissions).toEqual({ contents: 'read', 'id-token': 'write', 'pull-requests': 'write' });
  });
});

describe('The job for GitLab', () => {
  async function run(environment: NodeJS.ProcessEnv, more: NodeJS.ProcessEnv = {}) {
    const job = ((await read('gitlab-ci.yaml')) as Pipeline)['trusted-access-plan'];
    return runProgram('sh', ['-e', '-c', job.script.join('\n')], {
      cwd: scenario.folder,
      env: {
        ...job.variables,
        ...environment,
        AWS_TOKEN: 'token',
        CI_PROJECT_ID: '5',
        CI_MERGE_REQUEST_IID: '7',
        ...more,
      },
    });
  }

  /** GitLab's API, as far as the job calls it; notes as they were sent. */
  async function openGitLab(state: readonly object[]) {
    const sent: { method: string; url: string; body: string }[] = [];
    const gitLab = createServer((request, response) => {
      const { method = '', url = '' } = request;
      let body = '';
      request.on('data', (chunk) => {
        body += String(chunk);
      });
      request.on('end', () => {
        if (method !== 'GET') sent.push({ method, url, body });
        response.end(JSON.stringify(url.endsWith('/user') ? { id: 9 } : state));
      });
    });
    await new Promise<void>((done) => gitLab.listen(0, '127.0.0.1', done));
    server = gitLab;
    return { sent, url: `http://127.0.0.1:${(gitLab.address() as AddressInfo).port}/api/v4` };
  }

  it('leaves the plan as an artifact, and passes with changes', async () => {
    const environment = await openRepository(administeredBy(identity));
    expect((await run(environment)).code).toBe(0);
    expect(await file('plan.md')).toContain('## 📝 Trusted access: changes');
  });

  it('fails when a resource cannot reach the desired state', async () => {
    const environment = await openRepository(administeredBy('999999999999'));
    expect((await run(environment)).code).toBe(1);
    expect(await file('plan.md')).toContain('AccountNotFound');
  });

  it.each([
    ['makes a note', [{ id: 3, author: { id: 8 }, body: '<!-- trusted-access plan -->' }], 'POST', ''],
    ['changes its note', [{ id: 4, author: { id: 9 }, body: '<!-- trusted-access plan -->' }], 'PUT', '/4'],
  ])('%s, with a token', async (_what, state, method, suffix) => {
    const environment = await openRepository(administeredBy(identity));
    const { sent, url } = await openGitLab(state);
    const notes = { CI_API_V4_URL: url, TRUSTED_ACCESS_NOTE_TOKEN: 'token' };
    expect(await run(environment, notes)).toMatchObject({ code: 0, stderr: '' });
    expect(sent).toMatchObject([{ method, url: `/api/v4/projects/5/merge_requests/7/notes${suffix}` }]);
    expect(JSON.parse(sent[0]?.body ?? '')).toEqual({ body: await file('plan.md') });
  });
});
