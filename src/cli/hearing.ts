import type { Logger } from '../telemetry/logger.ts';
import type { OpenEars } from './ears.ts';
import type { RunOptions } from './runOptions.ts';

/** Undefined when nothing but the clock is to be listened to. */
export function openEarsFor(_options: RunOptions, _logger: Logger): OpenEars | undefined {
  return undefined;
}
