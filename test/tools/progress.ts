/** Where a long step reports itself. A step says nothing when it is quick. */
export type Say = (line: string) => void;

export const duration = (milliseconds: number): string => {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds) % 60} s`;
};

const firstWordAfter = 2_000;
const wordEvery = 15_000;

/** Runs a step; when it takes over two seconds, says what is going on, then how far it is, then how long it took. */
export const withProgress = async <T>(
  say: Say,
  what: string,
  step: (note: (detail: string) => void) => Promise<T>,
): Promise<T> => {
  const started = performance.now();
  let detail = '';
  let spoken = false;
  const speak = () => {
    const taken = duration(performance.now() - started);
    say(spoken ? `${what}: ${taken}${detail === '' ? '' : `, ${detail}`}` : `${what} …`);
    spoken = true;
    timer = setTimeout(speak, wordEvery);
  };
  let timer = setTimeout(speak, firstWordAfter);
  try {
    const result = await step((note) => {
      detail = note;
    });
    if (spoken) say(`${what}: done in ${duration(performance.now() - started)}`);
    return result;
  } finally {
    clearTimeout(timer);
  }
};
