import { deregistering, disabling, restraint } from './guards.ts';
import { seeing } from './observing.ts';
import { ordering, swapping } from './swaps.ts';

export const seeds = [...swapping, ...disabling, ...deregistering, ...restraint, ...seeing, ...ordering];
