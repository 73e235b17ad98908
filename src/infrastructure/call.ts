import { awsFault, isDenied } from '../awsApi/awsFault.ts';
import { once } from '../awsApi/clientSettings.ts';
import { orAborted } from '../time/sleep.ts';
import { InfrastructureError } from './infrastructure.ts';

interface Loaded<Sdk, Client> {
  readonly sdk: Sdk;
  readonly client: Client;
}

export type Ask<Sdk, Client, T> = (
  sdk: Sdk,
  client: Client,
  options: { readonly abortSignal: AbortSignal },
) => Promise<T>;

export type InfrastructureCall<Sdk, Client> = <T>(
  action: string,
  signal: AbortSignal,
  ask: Ask<Sdk, Client, T>,
) => Promise<T>;

/**
 * Calls of one service for set-up. The SDK is loaded at the first; each rejects with a InfrastructureError that names the
 * IAM action `service:action`, or with the signal's reason.
 */
export function infrastructureCaller<Sdk, Client>(
  service: string,
  load: () => Promise<Loaded<Sdk, Client>>,
): InfrastructureCall<Sdk, Client> {
  const loaded = once(load);
  return async (action, signal, ask) => {
    try {
      const { sdk, client } = await loaded();
      return await orAborted(ask(sdk, client, { abortSignal: signal }), signal);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (error instanceof InfrastructureError) throw error;
      const fault = awsFault(error);
      throw new InfrastructureError(`${service}:${action}`, isDenied(fault), fault.message, { cause: error });
    }
  };
}
