/** Resolves with the name of the first signal that asks to stop; a second one ends the process at once. */
export function nextSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => resolve(name));
  });
}
