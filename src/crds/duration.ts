const pattern = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/;
const parts = /(\d+(?:\.\d+)?)(ms|s|m|h)/g;
const milliseconds: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/**
 * Milliseconds of a duration as Go writes it, without sign and with the units the schema allows:
 * `1h30m`, `1.5h`, `250ms`. Undefined when it is not one.
 */
export function parseDuration(text: string): number | undefined {
  if (!pattern.test(text)) return undefined;
  let total = 0;
  for (const [, amount = '', unit = ''] of text.matchAll(parts)) {
    total += Number(amount) * (milliseconds[unit] ?? Number.NaN);
  }
  return total;
}
