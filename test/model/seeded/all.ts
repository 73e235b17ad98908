import { deregistering, disabling, restraint } from './guards.ts';
import { seeing } from './observing.ts';
import { ordering } from './ordering.ts';
import { swapping } from './swaps.ts';

export const seeds = [...swapping, ...disabling, ...deregistering, ...restraint, ...seeing, ...ordering];
