import { Agent, request } from 'node:https';
import { text } from 'node:stream/consumers';
import type { Cluster } from '../harness/cluster.ts';

export interface Answer {
  readonly code: number;
  readonly body: {
    readonly message?: string;
    readonly metadata?: { readonly resourceVersion?: string };
    readonly items?: readonly Record<string, unknown>[];
  };
}

export const collection = '/apis/trustedaccess.dev/v1alpha1/trustedaccesses';

const agent = new Agent({ keepAlive: true, maxSockets: 4 });

/** The API server itself, without kubectl's own validation in front of it. */
export async function api(
  cluster: Cluster,
  method: string,
  path: string,
  body?: object,
  contentType = 'application/json',
): Promise<Answer> {
  const call = request(new URL(path, cluster.url), {
    method,
    ca: cluster.certificateAuthority,
    headers: { authorization: `Bearer ${cluster.adminToken}`, 'content-type': contentType },
    agent,
  });
  return new Promise((resolve, reject) => {
    call.once('error', reject);
    call.once('response', (response) => {
      text(response)
        .then((answer) => resolve({ code: response.statusCode ?? 0, body: JSON.parse(answer) }))
        .catch(reject);
    });
    call.end(body && JSON.stringify(body));
  });
}
