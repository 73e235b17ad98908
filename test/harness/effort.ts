/** `make proof` sets PROOF=1: searches go as far as a night allows. `make test` goes as far as minutes allow. */
export const isProof = process.env['PROOF'] === '1';

/** How much of something a test does: what `variable` of the environment says, else by who asked for the tests. */
export function effort(variable: string, usual: number, proof: number): number {
  const text = process.env[variable];
  return text === undefined || text === '' ? (isProof ? proof : usual) : Number(text);
}
