import { disabling, restraint } from './guards.ts';
import { seeing } from './sight.ts';
import { ordering, swapping } from './swaps.ts';

export const seeds = [...swapping, ...disabling, ...restraint, ...seeing, ...ordering];
