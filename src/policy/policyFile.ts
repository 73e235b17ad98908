import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { type Observable, Subject } from 'rxjs';
import { parseDocument } from 'yaml';
import { type ParsedPolicy, type PolicyState, parsePolicy } from '../crds/policy.ts';
import type { Clock } from '../time/clock.ts';
import { pause } from '../time/sleep.ts';

/** The policy file of the platform owner. */
export interface PolicyFile {
  readonly path: string;
  /** As the file was when it was last read. */
  state(): PolicyState;
  /** First 12 hexadecimal digits of the SHA-256 of the file's text, by which people compare two policies. */
  hash(): string;
  /** Emits the new state after each change. */
  readonly changes$: Observable<PolicyState>;
  /** Reads the file every few seconds until the signal is aborted. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
}

/** Milliseconds between two reads. A mounted ConfigMap replaces a link, which not every watcher sees. */
const interval = 5_000;
const mebibyte = 1024 * 1024;
const mostAliases = 100;

interface Reading {
  readonly text: string;
  readonly state: PolicyState;
}

/** Reads the policy file. Rejects with an error for people when the file cannot be read or is not valid. */
export async function openPolicyFile(path: string, clock: Clock): Promise<PolicyFile> {
  let current = await read(path);
  if (current.state.kind === 'Unusable') throw new Error(`--policy: ${current.state.problem}`);
  const changes$ = new Subject<PolicyState>();
  return {
    path,
    state: () => current.state,
    hash: () => createHash('sha256').update(current.text).digest('hex').slice(0, 12),
    changes$,
    async run(signal) {
      while (!signal.aborted) {
        await pause(clock, interval, signal);
        if (signal.aborted) return;
        const next = await read(path);
        if (isSame(current, next)) continue;
        current = next;
        changes$.next(next.state);
      }
    },
  };
}

function isSame(a: Reading, b: Reading): boolean {
  return a.text === b.text && a.state.kind === b.state.kind;
}

async function read(path: string): Promise<Reading> {
  const unusable = (text: string, problem: string): Reading => ({
    text,
    state: { kind: 'Unusable', problem: `policy file ${path}: ${problem}` },
  });
  let text = '';
  try {
    const { size } = await stat(path);
    if (size > mebibyte) return unusable(text, 'larger than 1 MiB');
    text = await readFile(path, 'utf8');
  } catch (error) {
    return unusable(text, fault(error));
  }
  const parsed = parseText(text);
  return parsed.kind === 'Valid'
    ? { text, state: { kind: 'InForce', policy: parsed.policy } }
    : unusable(text, parsed.problems.join('; '));
}

function fault(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && error.code === 'ENOENT' ? 'no such file' : error.message;
}

function parseText(text: string): ParsedPolicy {
  const document = parseDocument(text, { prettyErrors: false, logLevel: 'error' });
  const [error] = document.errors;
  if (error) {
    const line = text.slice(0, error.pos[0]).split('\n').length;
    return { kind: 'Invalid', problems: [`not YAML in line ${line}: ${error.message}`] };
  }
  try {
    return parsePolicy(document.toJS({ maxAliasCount: mostAliases }));
  } catch (error) {
    return { kind: 'Invalid', problems: [`not YAML: ${fault(error)}`] };
  }
}
