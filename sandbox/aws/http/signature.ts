import type { IncomingHttpHeaders } from 'node:http';
import type { Signature } from '../securityTokens.ts';

export interface SignedRequest extends Signature {
  readonly region: string;
  /** Signing name of the service. */
  readonly service: string;
}

const scope = /Credential=([^/,\s]+)\/\d{8}\/([^/,\s]+)\/([^/,\s]+)\/aws4_request/;

/** Who signed for what (Signature Version 4). That the signature is right is not checked: nothing here is secret. */
export function readSignature(headers: IncomingHttpHeaders): SignedRequest | undefined {
  const [, accessKeyId, region, service] = scope.exec(headers.authorization ?? '') ?? [];
  if (accessKeyId === undefined || region === undefined || service === undefined) return undefined;
  const token = headers['x-amz-security-token'];
  return { accessKeyId, region, service, sessionToken: typeof token === 'string' ? token : undefined };
}
