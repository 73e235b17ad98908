import { defineConfig } from 'vitest/config';
import { roomsWithTools } from './test/tools/projects.ts';

/** The built executable killed, cut off and short of room. */
const faults = 'test/faults/**/*.test.ts';

export default defineConfig({
  test: {
    // Long enough for a machine that is busy with other things: what hangs is found all the same.
    testTimeout: 120_000,
    hookTimeout: 240_000,
    restoreMocks: true,
    // Of tests that say they may run side by side: those that mostly wait for real processes.
    maxConcurrency: 8,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [faults, ...roomsWithTools.flatMap(({ include }) => include)],
        },
      },
      {
        extends: true,
        test: {
          name: 'faults',
          include: [faults],
          // They wait for processes that are killed or cut off: side by side, however few cores there are.
          maxWorkers: 4,
          sequence: { groupOrder: 1 },
        },
      },
      ...roomsWithTools.map(({ name, include, shares }) => ({
        extends: true as const,
        test: {
          name,
          include: [...include],
          globalSetup: ['tools', ...shares].map((what) => `test/harness/setup/${what}.ts`),
          // Their files share one moto and one API server, and would see each other's resources.
          fileParallelism: false,
        },
      })),
    ],
  },
});
