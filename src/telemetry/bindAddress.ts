export type BindAddress = 'off' | { readonly host: string | undefined; readonly port: number };

/**
 * `:8080` (all interfaces), `127.0.0.1:8080`, `[::1]:8080`, port 0 for a free one; `0` alone: off.
 * Undefined when it is none of these.
 */
export function parseBindAddress(text: string): BindAddress | undefined {
  if (text === '0') return 'off';
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s]*)):(\d{1,5})$/.exec(text);
  if (!match) return undefined;
  const port = Number(match[3]);
  if (port > 65_535) return undefined;
  return { host: match[1] ?? (match[2] || undefined), port };
}
