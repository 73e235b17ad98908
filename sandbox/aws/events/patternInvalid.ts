/** The pattern is none; the message says why, as far as AWS's wording is known. */
export class PatternInvalid extends Error {
  override readonly name = 'PatternInvalid';

  constructor(reason: string) {
    super(`Event pattern is not valid. Reason: ${reason}`);
  }
}
