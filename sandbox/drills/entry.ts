/** One line of the timeline. `milliseconds`: since the last change from outside, or since the sandbox began. */
export interface Entry {
  readonly at: string;
  readonly milliseconds: number;
  readonly drill?: string;
  readonly resource?: string;
  readonly what:
    | 'changed'
    | 'declared'
    | 'received'
    | 'detected'
    | 'acting'
    | 'verified'
    | 'corrected'
    | 'stalled'
    | 'settled'
    | 'note';
  readonly message: string;
  /** Who made the change. */
  readonly by?: string;
  /** Only of what was detected: the kind of drift, and whether its event told of it. */
  readonly drift?: string;
  readonly detectedBy?: 'Event' | 'Resync';
}
