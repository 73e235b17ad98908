import { orAborted } from '../controller/ports.ts';
import { awsFault, isDenied } from './awsFault.ts';
import { once } from './clientSettings.ts';
import { PlumbingError } from './plumbing.ts';

interface Loaded<Sdk, Client> {
  readonly sdk: Sdk;
  readonly client: Client;
}

export type Ask<Sdk, Client, T> = (
  sdk: Sdk,
  client: Client,
  options: { readonly abortSignal: AbortSignal },
) => Promise<T>;

export type PlumbingCall<Sdk, Client> = <T>(
  action: string,
  signal: AbortSignal,
  ask: Ask<Sdk, Client, T>,
) => Promise<T>;

/**
 * Calls of one service for set-up. The SDK is loaded at the first; each rejects with a PlumbingError that names the
 * IAM action `service:action`, or with the signal's reason.
 */
export function plumbingCaller<Sdk, Client>(
  service: string,
  load: () => Promise<Loaded<Sdk, Client>>,
): PlumbingCall<Sdk, Client> {
  const loaded = once(load);
  return async (action, signal, ask) => {
    try {
      const { sdk, client } = await loaded();
      return await orAborted(ask(sdk, client, { abortSignal: signal }), signal);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (error instanceof PlumbingError) throw error;
      const fault = awsFault(error);
      throw new PlumbingError(`${service}:${action}`, isDenied(fault), fault.message, { cause: error });
    }
  };
}
