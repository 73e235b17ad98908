import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { roomsWithTools } from './test/tools/projects.ts';

/** The built executable killed, cut off and short of room. */
const faults = 'test/faults/**/*.test.ts';

/** Files that take longest, first: none of them is begun when all others are done. */
const longest = ['test/simulation/lives/', 'test/model/', 'test/faults/killed/', 'test/docs/typed'];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const found = longest.findIndex((part) => moduleId.includes(part));
      return found === -1 ? longest.length : found;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
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
