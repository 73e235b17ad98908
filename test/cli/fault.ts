import type { Statement } from '../../sandbox/aws/identity.ts';
import type { DoctorOptions } from '../../src/cli/doctor/options.ts';
import type { Examined } from './examined.ts';

/** What is done to a healthy set-up, the check that must name it, and its words. */
export interface Fault {
  readonly about: string;
  readonly seed: (examined: Examined) => unknown;
  /** Seeded before setup, which then makes nothing. */
  readonly withoutSetup?: true;
  readonly options?: () => Partial<DoctorOptions>;
  readonly check: string;
  /** Default: failed. */
  readonly status?: 'failed' | 'warning';
  readonly found: string | RegExp;
  readonly remedy: string | RegExp;
  /** What the heartbeat says; absent: it does not come to it. */
  readonly heartbeat?: 'ok' | 'failed' | 'skipped';
}

export function allBut(...actions: string[]): readonly Statement[] {
  return [{ actions: ['*'] }, { effect: 'Deny', actions }];
}
