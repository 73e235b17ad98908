/** Alone: leads from the first moment until it is told to stop. */
export async function always(
  work: (mayWrite: AbortSignal) => Promise<void>,
  stopping: AbortSignal,
): Promise<void> {
  if (!stopping.aborted) await work(new AbortController().signal);
}
