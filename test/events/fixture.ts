import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Change, parseMessage } from '../../src/events/envelope.ts';

const folder = join(import.meta.dirname, 'fixtures');

export const fixtureNames = readdirSync(folder).map((file) => file.replace(/\.json$/, ''));

const texts = new Map(fixtureNames.map((name) => [name, readFileSync(join(folder, `${name}.json`), 'utf8')]));

export function fixture(name: string): string {
  const text = texts.get(name);
  if (text === undefined) throw new Error(`no fixture ${name}`);
  return text;
}

/** Noon of the tests' day, two seconds after the fixtures' changes. */
export const noon = Date.parse('2026-03-01T12:00:00Z');

interface Envelope {
  id: string;
  source?: string;
  account?: string;
  detail: Record<string, unknown>;
  [member: string]: unknown;
}

export function envelopeOf(name: string): Envelope {
  return JSON.parse(fixture(name));
}

let made = 0;

/** A message like the fixture, a different event, with these members of the record set otherwise. */
export function message(
  name: string,
  detail: Record<string, unknown> = {},
  envelope: Record<string, unknown> = {},
) {
  const base = envelopeOf(name);
  made += 1;
  const eventID = `00000000-0000-4000-8000-${String(made).padStart(12, '0')}`;
  return JSON.stringify({ ...base, ...envelope, detail: { ...base.detail, eventID, ...detail } });
}

export function changeOf(body: string, receivedAt = noon): Change {
  const received = parseMessage(body, receivedAt);
  if (received.kind !== 'Change') throw new Error(`not a change: ${JSON.stringify(received)}`);
  return received;
}
