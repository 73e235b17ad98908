#!/usr/bin/env node
// What kubectl asks when somebody completes `kubectl trusted-access …`.
process.argv.splice(2, 0, '__complete');
await import('./trusted-access.mjs');
