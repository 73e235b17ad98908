import type { RequestId } from '../controller/ports.ts';
import type { Answer } from './call.ts';
import type { Line } from './line.ts';

export async function enableAccess(
  line: Line,
  principal: string,
  signal: AbortSignal,
): Promise<RequestId | undefined> {
  const { client, sdk } = await line.organizations();
  const command = new sdk.EnableAWSServiceAccessCommand({ ServicePrincipal: principal });
  const answer = await line.call({
    question: { operation: 'EnableAWSServiceAccess', principal },
    signal,
    send: (abortSignal) => client.send(command, { abortSignal }),
  });
  return requestIdOf(answer);
}

export async function disableAccess(
  line: Line,
  principal: string,
  signal: AbortSignal,
): Promise<RequestId | undefined> {
  const { client, sdk } = await line.organizations();
  const command = new sdk.DisableAWSServiceAccessCommand({ ServicePrincipal: principal });
  const answer = await line.call({
    question: { operation: 'DisableAWSServiceAccess', principal },
    signal,
    send: (abortSignal) => client.send(command, { abortSignal }),
  });
  return requestIdOf(answer);
}

export async function register(
  line: Line,
  principal: string,
  accountId: string,
  signal: AbortSignal,
): Promise<RequestId | undefined> {
  const { client, sdk } = await line.organizations();
  const input = { ServicePrincipal: principal, AccountId: accountId };
  const command = new sdk.RegisterDelegatedAdministratorCommand(input);
  const answer = await line.call({
    question: { operation: 'RegisterDelegatedAdministrator', principal },
    signal,
    send: (abortSignal) => client.send(command, { abortSignal }),
  });
  return requestIdOf(answer);
}

export async function deregister(
  line: Line,
  principal: string,
  accountId: string,
  signal: AbortSignal,
): Promise<RequestId | undefined> {
  const { client, sdk } = await line.organizations();
  const input = { ServicePrincipal: principal, AccountId: accountId };
  const command = new sdk.DeregisterDelegatedAdministratorCommand(input);
  const answer = await line.call({
    question: { operation: 'DeregisterDelegatedAdministrator', principal },
    signal,
    send: (abortSignal) => client.send(command, { abortSignal }),
  });
  return requestIdOf(answer);
}

/** Undefined: AWS already had it so. */
function requestIdOf(
  answer: Answer<{ readonly $metadata: { readonly requestId?: string | undefined } }>,
): RequestId | undefined {
  return answer.kind === 'Answered' ? answer.value.$metadata.requestId : undefined;
}
