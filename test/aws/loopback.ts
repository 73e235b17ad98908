import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { vi } from 'vitest';

/** One request as the server saw it. */
export interface ParsedMessage {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly userAgent: string;
  readonly authorization: string;
  readonly at: number;
}

/** What a script answers with: JSON or XML text, an error, silence, or a broken connection. */
export type Reply =
  | { readonly body: unknown }
  | { readonly xml: string }
  | { readonly error: string; readonly status?: number; readonly members?: Record<string, unknown> }
  | 'hang'
  | 'reset';

export type Script = Record<string, (received: ParsedMessage, count: number) => Reply | Promise<Reply>>;

export interface Loopback {
  readonly url: string;
  readonly received: ParsedMessage[];
  readonly connections: () => number;
  operations(): string[];
  stop(): Promise<void>;
}

/** A server on loopback that speaks AWS JSON 1.1, REST and the query protocol just well enough to be scripted. */
export async function startLoopback(script: Script): Promise<Loopback> {
  const received: ParsedMessage[] = [];
  const counts = new Map<string, number>();
  let connections = 0;
  const server = createServer((request, response) => {
    void answer(request, response, async (one) => {
      received.push(one);
      const count = (counts.get(one.operation) ?? 0) + 1;
      counts.set(one.operation, count);
      return (await script[one.operation]?.(one, count)) ?? { error: 'UnknownOperationException' };
    });
  });
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    connections: () => connections,
    operations: () => received.map(({ operation }) => operation),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  respond: (received: ParsedMessage) => Promise<Reply>,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString('utf8');
  const target = String(request.headers['x-amz-target'] ?? '');
  const isRest = request.headers['content-type'] === 'application/json';
  const isJson = target !== '' || isRest;
  const input = isJson ? JSON.parse(body || '{}') : Object.fromEntries(new URLSearchParams(body));
  const operation = isJson
    ? (target.split('.')[1] ?? operationOf(request.url ?? '/'))
    : String(input['Action']);
  const reply = await respond({
    operation,
    input,
    userAgent: String(request.headers['user-agent']),
    authorization: String(request.headers.authorization),
    at: Date.now(),
  });
  if (reply === 'hang') return;
  if (reply === 'reset') {
    request.socket.resetAndDestroy();
    return;
  }
  response.setHeader('x-amzn-requestid', `request-${operation}`);
  if ('xml' in reply) {
    response.writeHead(200, { 'content-type': 'text/xml' }).end(reply.xml);
  } else if ('body' in reply) {
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(reply.body));
  } else if (isJson) {
    response
      .writeHead(reply.status ?? 400, {
        'content-type': 'application/x-amz-json-1.1',
        'x-amzn-errortype': reply.error,
      })
      .end(JSON.stringify({ __type: reply.error, message: `words of ${reply.error}`, ...reply.members }));
  } else {
    response
      .writeHead(reply.status ?? 400, { 'content-type': 'text/xml' })
      .end(
        `<ErrorResponse><Error><Type>Sender</Type><Code>${reply.error}</Code><Message>words of ${reply.error}</Message></Error><RequestId>request-${operation}</RequestId></ErrorResponse>`,
      );
  }
}

/** In the REST protocol the path names the operation: listRegions. */
function operationOf(path: string): string {
  return path.slice(1, 2).toUpperCase() + path.slice(2);
}

/** STS's answer to AssumeRole. */
export function assumed(id: string, minutes = 60): Reply {
  const expiration = new Date(Date.now() + minutes * 60_000).toISOString();
  return {
    xml: `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>${id}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken><Expiration>${expiration}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
  };
}

/** STS's answer to GetCallerIdentity. */
export function identity(account: string): Reply {
  return {
    xml: `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::${account}:user/u</Arn><UserId>u</UserId><Account>${account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
  };
}

/** No file, variable or metadata service of the machine is asked for credentials, regions or endpoints. */
export function isolateFromMachine(): void {
  for (const name of Object.keys(process.env)) {
    if (name.startsWith('AWS_')) vi.stubEnv(name, undefined);
  }
  vi.stubEnv('AWS_CONFIG_FILE', '/nonexistent/config');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nonexistent/credentials');
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDOWN');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'not-a-secret');
  vi.stubEnv('AWS_REGION', 'eu-west-1');
}
