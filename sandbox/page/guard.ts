/** Who may talk to the page's server: pages that it served itself, to whoever has the key. Pure. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export interface Refusal {
  readonly status: number;
  readonly message: string;
}

export interface Asked {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
}

/** By the names of this machine alone: a name that somebody lets point here (DNS rebinding) is refused. */
const hostsOf = (port: number): readonly string[] => [`127.0.0.1:${port}`, `localhost:${port}`];

/** Undefined: it may be answered. */
export function refuseStranger({ method, headers }: Asked, port: number): Refusal | undefined {
  const { host, origin, 'sec-fetch-site': site } = headers;
  if (host === undefined || !hostsOf(port).includes(host)) {
    return {
      status: 421,
      message: `This is the sandbox at 127.0.0.1:${port}, and answers to no other name.`,
    };
  }
  const foreign = origin !== undefined && origin !== `http://${host}`;
  const across = site === 'cross-site' || site === 'same-site';
  // Following a link to the page is no harm; anything else from another page is.
  const opening = method === 'GET' && origin === undefined && headers['sec-fetch-mode'] === 'navigate';
  if (foreign || (across && !opening)) {
    return { status: 403, message: 'Other pages have no business here.' };
  }
  if (method === 'POST' && origin === undefined) {
    return { status: 403, message: 'An Origin header is needed to change anything.' };
  }
  return undefined;
}

/** Undefined: the key is right. */
export function refuseWithoutKey({ headers }: Pick<Asked, 'headers'>, key: string): Refusal | undefined {
  const given = /^Bearer (\S{1,200})$/.exec(headers.authorization ?? '')?.[1];
  if (given !== undefined && timingSafeEqual(digest(given), digest(key))) return undefined;
  return { status: 401, message: 'The key is missing or wrong: open the address that the sandbox printed.' };
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

export const safetyHeaders = {
  'content-security-policy': [
    "default-src 'none'",
    ...["script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'"],
    ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
    ...["require-trusted-types-for 'script'", "trusted-types 'none'"],
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'cache-control': 'no-store',
} as const;
