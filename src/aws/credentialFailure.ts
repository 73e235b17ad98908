import { type Failure, failureOf, readable } from '../awsApi/failure.ts';
import { CloudError } from '../controller/ports.ts';
import { noAnswer } from './classify.ts';
import { type CredentialSource, isSso, remedyFor, sharedFiles } from './credentialSource.ts';
import type { Environment } from './settingFaults.ts';

/** What the chain tells of its way, line by line. */
export type Trace = readonly string[];

/** The credentials are missing, expired or not accepted; `action` is the call or the means that failed. */
export function unusable(action: string, message: string): CloudError {
  return new CloudError('denied', 'CredentialsUnusable', action, readable(message, 400));
}

/**
 * Why the chain came to no credentials: the file, the profile, the command or the inner call that failed, and the
 * remedy. What passes by itself, as a network that is down, is transient.
 */
export function credentialFailure(
  thrown: unknown,
  trace: Trace,
  source: CredentialSource,
  environment: Environment,
): CloudError {
  const failure = timedOut(failureOf(thrown));
  const remedy = remedyFor(source);
  const file = missingFile(thrown, failure, source, environment);
  if (file !== undefined) return unusable('credentials', file);
  const call = innerCall(trace);
  if (call !== undefined && isPassing(failure)) {
    return new CloudError('transient', 'ObservationFailed', call, noAnswer(failure));
  }
  if (call !== undefined && failure.status !== undefined) {
    const words = failure.text === '' ? failure.name : `${failure.text} (${failure.name})`;
    return unusable(call, `${call} gave no credentials: ${words}. ${remedy}`);
  }
  const said = fact(failure, trace, source, environment).replace(/\.$/, '');
  return unusable('credentials', `${said}. ${remedy}`);
}

/** The SSO provider wraps a time-out into an error of its own, with the name in its text. */
function timedOut(failure: Failure): Failure {
  return /^TimeoutError\b/.test(failure.text) ? { ...failure, code: 'ETIMEDOUT' } : failure;
}

function fact(failure: Failure, trace: Trace, source: CredentialSource, environment: Environment): string {
  switch (source.kind) {
    case 'UnknownProfile':
      return `AWS_PROFILE names profile ${source.name}, which is not in ${sharedFiles(environment)}`;
    case 'Profile':
      return profileFact(failure, trace, source, environment);
    case 'Container':
      return `The container credentials at ${source.uri} cannot be read: ${lastReason(trace) ?? failure.text}`;
    case 'Environment':
    case 'WebIdentity':
      return `The credentials cannot be loaded: ${failure.text}`;
    case 'Instance':
    case 'None':
      return 'There are no usable credentials';
  }
}

function profileFact(
  failure: Failure,
  trace: Trace,
  { name, profile }: Extract<CredentialSource, { kind: 'Profile' }>,
  environment: Environment,
): string {
  if (isSso(profile)) {
    const expired = /expired|invalid|not found|refresh/i.test(failure.text);
    return expired
      ? `The SSO session of profile ${name} has expired or was never started`
      : `SSO of profile ${name} gave no credentials: ${failure.text}`;
  }
  const missing = missingSource(trace);
  if (missing !== undefined) {
    return `Profile ${name} builds on profile ${missing}, which has no credentials in ${sharedFiles(environment)}`;
  }
  if (profile['credential_process'] !== undefined) {
    return `The credential_process of profile ${name} failed: ${processFailure(trace) ?? failure.text}`;
  }
  const why = /Could not (load|resolve) credentials/.test(failure.text) ? '' : `: ${failure.text}`;
  return `Profile ${name} holds no usable credentials${why}`;
}

// ── Files ────────────────────────────────────────────────────────────────────────────────────────

/** A token file that is not there or may not be read, by the setting that names it. */
function missingFile(
  thrown: unknown,
  { code }: Failure,
  source: CredentialSource,
  environment: Environment,
): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || code === undefined) return undefined;
  const tokenFile = source.kind === 'WebIdentity' && code === 'EISDIR' ? source.tokenFile : undefined;
  const path = 'path' in thrown ? thrown.path : tokenFile;
  if (typeof path !== 'string') return undefined;
  const variable = Object.keys(environment).find(
    (name) => name.startsWith('AWS_') && name.endsWith('_FILE') && environment[name] === path,
  );
  const setting =
    variable ??
    (source.kind === 'Profile' && source.profile['web_identity_token_file'] === path
      ? `web_identity_token_file of profile ${source.name}`
      : undefined);
  const what = code === 'ENOENT' ? 'which does not exist' : `which cannot be read (${code})`;
  const remedy =
    code === 'ENOENT'
      ? 'Correct the path, or mount the token there.'
      : 'Let the user of this process read the file.';
  return `${setting ?? 'The AWS settings'} ${setting ? 'names' : 'name'} ${path}, ${what}. ${remedy}`;
}

// ── What the chain told ──────────────────────────────────────────────────────────────────────────

const calls: readonly (readonly [line: RegExp, call: string])[] = [
  [/fromWebToken$/, 'sts:AssumeRoleWithWebIdentity'],
  [/resolveAssumeRoleCredentials \(STS\)$/, 'sts:AssumeRole'],
  [/token-providers - fromSso$/, 'sso-oauth:CreateToken'],
  [/credential-provider-sso - fromSSO$/, 'sso:GetRoleCredentials'],
];

/** The call to AWS that the chain made last, for example `sts:AssumeRoleWithWebIdentity`. */
function innerCall(trace: Trace): string | undefined {
  const last = trace.findLast((line) => calls.some(([known]) => known.test(line)));
  return last === undefined ? undefined : calls.find(([known]) => known.test(last))?.[1];
}

function isPassing({ status, code, name }: Failure): boolean {
  if (status !== undefined) return status >= 500 || status === 429;
  return name === 'TimeoutError' || (code !== undefined && /^E[A-Z]+$/.test(code));
}

/** The lines with which providers give up, without their head. */
function reasonsIn(trace: Trace): string[] {
  return trace.flatMap((line) => /^@smithy\/property-provider (?:->|\(!\)) (.*)$/s.exec(line)?.[1] ?? []);
}

function lastReason(trace: Trace): string | undefined {
  return reasonsIn(trace).findLast((reason) => !reason.startsWith('Could not load credentials'));
}

/** What a credential_process said; not the command, which may hold secrets. */
function processFailure(trace: Trace): string | undefined {
  const reason = reasonsIn(trace).find((line) => /^Command failed|credential_process returned/.test(line));
  if (reason === undefined) return undefined;
  if (!reason.startsWith('Command failed')) return reason.replace(/^Profile \S+ credential_process /, 'it ');
  const [, ...output] = reason.split('\n');
  return readable(output.join(' '), 160) || 'it failed without output';
}

function missingSource(trace: Trace): string | undefined {
  const chained = trace.some((line) => line.includes('isAssumeRoleWithSourceProfile'));
  if (!chained) return undefined;
  for (const reason of reasonsIn(trace)) {
    const name = /^Could not resolve credentials using profile: \[([^\]]+)\]/.exec(reason)?.[1];
    if (name !== undefined) return name;
  }
  return undefined;
}
