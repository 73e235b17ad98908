/** Tables of the subscribed events and of the notifications. */
import { type Concern, subscribedSources } from '../../src/eventFormat/subscribedEvents.ts';
import { notificationJsonSchema, notificationTypes } from '../../src/notifications/notificationSchema.ts';
import { table } from './region.ts';

const wakes: Readonly<Record<Concern, string>> = {
  Principal: 'the resources of the service it names',
  Organization: 'every resource of the organization',
  Account: 'the resources that declare the account or have it registered',
  Blocked: 'the resources that are stalled with the reason `Blocked`',
  None: 'no resource: another event reports how it ended',
  IdentityCenter: 'the resources of `sso.amazonaws.com`',
  ServiceName: 'the resources of the service the role belongs to',
  RoleName: 'the resources of the service the role belongs to',
};

export function subscribedTable(): string {
  const rows = subscribedSources.flatMap(({ source, events }) =>
    Object.entries(events).map(([name, concern]: [string, Concern]) => [
      `\`${source}\``,
      `\`${name}\``,
      wakes[concern],
    ]),
  );
  return table(['source', 'event', 'wakes'], rows);
}

interface JsonSchema {
  readonly type?: string;
  readonly format?: string;
  readonly const?: unknown;
  readonly enum?: readonly string[];
  readonly description?: string;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
}

function typeOf({ type, format, const: only, enum: words, items }: JsonSchema): string {
  if (only !== undefined) return `\`${JSON.stringify(only)}\``;
  // The reasons are a page of their own.
  if (words)
    return words.length > 6
      ? 'one of the [reasons](operations.md#reasons)'
      : words.map((word) => `\`${word}\``).join(', ');
  if (items) return `list of ${typeOf(items)}`;
  return format === 'date-time' ? 'time' : (type ?? '');
}

function rowsOf(schema: JsonSchema, above: string): readonly (readonly string[])[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, member]) => {
    const path = `${above}${name}`;
    const always = schema.required?.includes(name) ? 'yes' : 'no';
    return [[`\`${path}\``, typeOf(member), always, member.description ?? ''], ...rowsOf(member, `${path}.`)];
  });
}

/** Members of `detail`; `always`: wherever the member around it is. */
export function notificationTable(): string {
  // JSON Schema by its definition; only these members are read.
  const schema = notificationJsonSchema() as JsonSchema;
  return table(['member', 'type', 'always', 'meaning'], rowsOf(schema, ''));
}

export function notificationTypeList(): string {
  return notificationTypes.map((type) => `- \`${type}\``).join('\n');
}
