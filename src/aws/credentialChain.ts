import { credentialFailure, unusable } from './credentialFailure.ts';
import { readProfiles, remedyFor, sourceOf } from './credentialSource.ts';
import type { Credentials } from './session.ts';
import { type Environment, settingFault } from './settingFaults.ts';

export interface CredentialChain {
  /** `anew`: AWS refused those it gave last. Rejects with a CloudError that names what failed. */
  load(anew: boolean): Promise<Credentials>;
  /** What to do when AWS does not accept them; one sentence. */
  remedy(): Promise<string>;
}

/** The SDK's default chain: environment, shared files, web identity, container and instance roles. */
export function createCredentialChain(
  warn: (message: string) => void,
  environment: Environment = process.env,
): CredentialChain {
  let chain: ReturnType<typeof import('@aws-sdk/credential-providers').fromNodeProviderChain> | undefined;
  let trace: string[] = [];
  const note = (line: unknown) => {
    if (typeof line === 'string') trace.push(line);
  };
  const nothing = () => undefined;
  // The SDK tells its logger alone which of its links failed and why.
  const logger = { debug: note, trace: nothing, info: nothing, warn, error: nothing };
  const source = async () => sourceOf(environment, await readProfiles());
  return {
    async load(forceRefresh) {
      const fault = settingFault(environment);
      if (fault?.kind === 'Credentials') throw unusable('credentials', fault.message);
      const { fromNodeProviderChain } = await import('@aws-sdk/credential-providers');
      chain ??= fromNodeProviderChain({ logger });
      trace = [];
      try {
        return await chain({ forceRefresh });
      } catch (error) {
        throw credentialFailure(error, trace, await source(), environment);
      }
    },
    remedy: async () => remedyFor(await source()),
  };
}
