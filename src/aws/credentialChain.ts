import type { ClientSettings } from './clients.ts';
import { credentialFailure, unusable } from './credentialFailure.ts';
import { readProfiles, remedyFor, sourceOf } from './credentialSource.ts';
import type { EndpointChoice } from './endpointChoice.ts';
import type { Credentials } from './session.ts';
import { type Environment, settingFault } from './settingFaults.ts';

export interface CredentialChain {
  /** `anew`: AWS refused those it gave last. Rejects with a CloudError that names what failed. */
  load(anew: boolean): Promise<Credentials>;
  /** What to do when AWS does not accept them; one sentence. */
  remedy(): Promise<string>;
}

export interface ChainOptions {
  readonly warn: (message: string) => void;
  /** For the clients inside the chain (STS, SSO): the same transport as all others. */
  readonly inner: () => Pick<ClientSettings, 'requestHandler' | 'maxAttempts' | 'retryMode'> & EndpointChoice;
  /** Where STS is called, unless a profile names a region. */
  readonly home: () => Promise<string>;
}

/** The SDK's default chain: environment, shared files, web identity, container and instance roles. */
export function createCredentialChain(
  { warn, inner, home }: ChainOptions,
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
      // Files are read anew each time: what was wrong in them may have been put right.
      chain ??= fromNodeProviderChain({
        logger,
        clientConfig: inner(),
        parentClientConfig: { region: home },
        ignoreCache: true,
      });
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
