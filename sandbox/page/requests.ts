import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import type { Refusal } from './guard.ts';
import {
  accountOutsideChanges,
  cloudOutsideChanges,
  type ManifestRequest,
  type OutsideChangeRequest,
  serviceOutsideChanges,
} from './view.ts';

/** Bytes: a manifest of the largest size there is, as JSON. */
const largestBody = 2 * 1024 * 1024;

/** The request itself will not do. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest';
  readonly refusal: Refusal;

  constructor(status: number, message: string) {
    super(message);
    this.refusal = { status, message };
  }
}

const outsideChangeSchema: z.ZodType<OutsideChangeRequest> = z.union([
  z.strictObject({ outsideChange: z.enum(serviceOutsideChanges), resource: z.string().max(253) }),
  z.strictObject({ outsideChange: z.enum(cloudOutsideChanges) }),
  z.strictObject({ outsideChange: z.enum(accountOutsideChanges), account: z.string().regex(/^\d{12}$/) }),
]);

const manifestSchema: z.ZodType<ManifestRequest> = z.strictObject({
  file: z.string().min(1).max(255),
  text: z.string(),
  revision: z.string().max(64),
});

export const asOutsideChange = (body: unknown): OutsideChangeRequest => parsed(outsideChangeSchema, body);
export const asManifest = (body: unknown): ManifestRequest => parsed(manifestSchema, body);

function parsed<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (!result.success) throw new BadRequest(400, 'That is no request of this page.');
  return result.data;
}

/** The body as JSON. @throws BadRequest when it is something else, or too large */
export async function jsonBody(request: IncomingMessage): Promise<unknown> {
  if (!/^application\/json(;|$)/.test(request.headers['content-type'] ?? ''))
    throw new BadRequest(415, 'application/json is expected.');
  const text = await boundedBody(request);
  try {
    return JSON.parse(text);
  } catch {
    throw new BadRequest(400, 'The body is not JSON.');
  }
}

async function boundedBody(request: IncomingMessage): Promise<string> {
  const tooLarge = new BadRequest(413, 'The body is too large.');
  if (Number(request.headers['content-length'] ?? 0) > largestBody) throw tooLarge;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > largestBody) throw tooLarge;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
