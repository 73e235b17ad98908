import { eventPattern } from '../../eventFormat/eventPattern.ts';

type Json = Readonly<Record<string, unknown>>;

type WantedPattern = Pick<typeof eventPattern, 'source' | 'detail-type'> & {
  readonly detail: { readonly eventName: readonly string[] };
};

/**
 * Which of the wanted events a pattern would not let through, one phrase each. A broader pattern lacks nothing.
 *
 * @param wanted the pattern of setup by default
 */
export function patternLacks(
  text: string | undefined,
  wanted: WantedPattern = eventPattern,
): readonly string[] {
  const pattern = parse(text);
  if (pattern === undefined) return ['everything: it has no event pattern'];
  const detail = asObject(pattern['detail']) ?? {};
  const narrowing = [
    ...Object.keys(pattern).filter((key) => !['source', 'detail-type', 'detail'].includes(key)),
    ...Object.keys(detail)
      .filter((key) => key !== 'eventName')
      .map((key) => `detail.${key}`),
  ];
  return [
    ...missing('detail-type', wanted['detail-type'], pattern['detail-type']),
    ...missing('source', wanted.source, pattern['source']),
    ...missing('eventName', wanted.detail.eventName, detail['eventName']),
    ...narrowing.map((key) => `what differs in ${key}, which it asks for besides`),
  ];
}

/** A field that is not asked for lets everything through; what matchers such as prefix let through is not judged. */
function missing(field: string, wanted: readonly string[], asked: unknown): string[] {
  if (asked === undefined || !Array.isArray(asked)) return [];
  if (asked.some((alternative) => typeof alternative !== 'string')) return [];
  const lacking = wanted.filter((value) => !asked.includes(value));
  return lacking.length === 0 ? [] : [`${field} ${lacking.map((value) => `"${value}"`).join(', ')}`];
}

function parse(text: string | undefined): Json | undefined {
  try {
    return text === undefined ? undefined : asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function asObject(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}
