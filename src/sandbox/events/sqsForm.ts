import { isList } from '../records.ts';
import type { Members, QueryForm, Service, Value } from '../service.ts';

/**
 * The older protocol of SQS, in which lists stand flat under the name of their entry ("Making Query API requests",
 * Amazon SQS Developer Guide).
 */
const sqsForm: QueryForm = {
  read(form) {
    const operation = form.get('Action') ?? '';
    const members: Record<string, Value> = scalars(form);
    const add = (name: string, value: Value | undefined) => {
      if (value !== undefined) members[name] = value;
    };
    add('AttributeNames', listed(form, 'AttributeName'));
    add('MessageAttributeNames', listed(form, 'MessageAttributeName'));
    add('MessageSystemAttributeNames', listed(form, 'MessageSystemAttributeName'));
    add('TagKeys', listed(form, 'TagKey'));
    add('Attributes', mapped(form, 'Attribute', 'Name'));
    add(operation === 'CreateQueue' ? 'tags' : 'Tags', mapped(form, 'Tag', 'Key'));
    for (const [name, value] of Object.entries(messageParts(form, ''))) add(name, value);
    const entries = numbered(form, `${operation}RequestEntry`).map((prefix) => ({
      ...scalars(form, `${prefix}.`),
      ...messageParts(form, `${prefix}.`),
    }));
    if (operation.endsWith('Batch')) members['Entries'] = entries;
    return members;
  },
  write(operation, output) {
    return content(operation, output);
  },
};

/** The same service as older SDKs speak to it. */
export function byQuery(service: Service): Service {
  const namespace = 'http://queue.amazonaws.com/doc/2012-11-05/';
  return { ...service, protocol: { kind: 'query', apiVersion: '2012-11-05', namespace, form: sqsForm } };
}

const integers = [
  'DelaySeconds',
  'MaxNumberOfMessages',
  'MaxResults',
  'VisibilityTimeout',
  'WaitTimeSeconds',
];

/** Members that have no dot after the prefix. */
function scalars(form: URLSearchParams, prefix = ''): Record<string, Value> {
  return Object.fromEntries(
    [...form]
      .filter(([name]) => name.startsWith(prefix) && !name.slice(prefix.length).includes('.'))
      .map(([name, value]) => [name.slice(prefix.length), value] as const)
      .filter(([name]) => name !== 'Action' && name !== 'Version')
      .map(([name, value]) => [name, integers.includes(name) ? Number(value) : value]),
  );
}

/** `Name.1`, `Name.2`, … as far as there are any. */
function numbered(form: URLSearchParams, name: string): string[] {
  const names = [...form.keys()];
  const prefixes: string[] = [];
  for (let at = 1; ; at++) {
    const prefix = `${name}.${at}`;
    if (!names.some((key) => key === prefix || key.startsWith(`${prefix}.`))) return prefixes;
    prefixes.push(prefix);
  }
}

function listed(form: URLSearchParams, name: string): readonly string[] | undefined {
  const values = numbered(form, name).flatMap((prefix) => form.get(prefix) ?? []);
  return values.length === 0 ? undefined : values;
}

function mapped(form: URLSearchParams, name: string, key: 'Name' | 'Key'): Members | undefined {
  const prefixes = numbered(form, name);
  if (prefixes.length === 0) return undefined;
  return Object.fromEntries(
    prefixes.map((prefix) => [form.get(`${prefix}.${key}`) ?? '', form.get(`${prefix}.Value`) ?? '']),
  );
}

function messageParts(form: URLSearchParams, prefix: string): Members {
  const parts = ['MessageAttribute', 'MessageSystemAttribute'].flatMap((name) => {
    const prefixes = numbered(form, `${prefix}${name}`);
    if (prefixes.length === 0) return [];
    const values = prefixes.map((one) => [form.get(`${one}.Name`) ?? '', scalars(form, `${one}.Value.`)]);
    return [[`${name}s`, Object.fromEntries(values)]];
  });
  return Object.fromEntries(parts);
}

/** What stands in XML for each item of a list, and for each entry of a map. */
const itemNames: Readonly<Record<string, string>> = {
  Failed: 'BatchResultErrorEntry',
  Messages: 'Message',
  QueueUrls: 'QueueUrl',
  queueUrls: 'QueueUrl',
  Attributes: 'Attribute',
  MessageAttributes: 'MessageAttribute',
  Tags: 'Tag',
};
const maps = ['Attributes', 'MessageAttributes', 'Tags'];

/** A member as it stands in XML: the items of a list one after the other, a map as names and values. */
function element(operation: string, name: string, value: Value | undefined): string {
  if (value === undefined || value === null) return '';
  const item = name === 'Successful' ? `${operation}ResultEntry` : (itemNames[name] ?? name);
  if (isList(value)) return value.map((one) => tag(item, content(operation, one))).join('');
  if (!isMembers(value)) return tag(name, escaped(String(value)));
  if (!maps.includes(name)) return tag(name, content(operation, value));
  const key = name === 'Tags' ? 'Key' : 'Name';
  return Object.entries(value)
    .map(([each, one]) => tag(item, `${tag(key, escaped(each))}${element(operation, 'Value', one)}`))
    .join('');
}

function content(operation: string, value: Value): string {
  if (!isMembers(value)) return escaped(String(value));
  return Object.entries(value)
    .map(([name, member]) => element(operation, name, member))
    .join('');
}

function isMembers(value: Value): value is Members {
  return typeof value === 'object' && value !== null && !isList(value) && !(value instanceof Date);
}

function tag(name: string, inner: string): string {
  return `<${name}>${inner}</${name}>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}
