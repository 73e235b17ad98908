import type { AwsError } from '../awsError.ts';
import type { InputShape } from '../inputs.ts';
import { isList } from '../records.ts';
import type { Members, Protocol, Value } from '../service.ts';
import type { Answer } from './answers.ts';

type QueryProtocol = Protocol & { kind: 'query' };

/** Top-level members of a form; text, but for members the shape says are numbers. Nested ones keep their dotted names. */
export function readForm(form: URLSearchParams, shape: InputShape = {}): Members {
  const members: Record<string, Value> = {};
  for (const [name, value] of form) {
    if (name === 'Action' || name === 'Version') continue;
    members[name] = shape[name]?.kind === 'integer' ? Number(value) : value;
  }
  return members;
}

export function answerQuery(
  protocol: QueryProtocol,
  operation: string,
  output: Members,
  requestId: string,
): Answer {
  const members = xmlMembers(output);
  const result = members === '' ? '' : `<${operation}Result>${members}</${operation}Result>`;
  return {
    status: 200,
    headers: headersOf(requestId),
    body: `<${operation}Response xmlns="${protocol.namespace}">${result}<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${operation}Response>`,
  };
}

export function refuseQuery(protocol: QueryProtocol, error: AwsError, requestId: string): Answer {
  const type = error.status >= 500 ? 'Receiver' : 'Sender';
  const details = xmlMembers({
    Type: type,
    Code: error.queryCode ?? error.code,
    Message: error.message,
    ...error.members,
  });
  return {
    status: error.status,
    headers: headersOf(requestId),
    body: `<ErrorResponse xmlns="${protocol.namespace}"><Error>${details}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
  };
}

function headersOf(requestId: string): Record<string, string> {
  return { 'content-type': 'text/xml', 'x-amzn-RequestId': requestId };
}

function xmlMembers(members: Members): string {
  return Object.entries(members)
    .map(([name, value]) =>
      value === undefined || value === null ? '' : `<${name}>${xmlValue(value)}</${name}>`,
    )
    .join('');
}

function xmlValue(value: Value): string {
  if (value === null) return '';
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== 'object') return escapeXml(String(value));
  if (isList(value)) return value.map((item) => `<member>${xmlValue(item)}</member>`).join('');
  return xmlMembers(value);
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
}
