/**
 * Keeps a label from growing without bound: the first `limit` values are themselves, every later one is `other`.
 */
export function boundedLabel(limit: number, known: readonly string[] = []): (value: string) => string {
  const seen = new Set(known);
  return (value) => {
    if (seen.has(value)) return value;
    if (seen.size >= limit) return 'other';
    seen.add(value);
    return value;
  };
}
