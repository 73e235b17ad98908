import { defineConfig } from 'vitest/config';
import { roomsWithTools } from './test/tools/projects.ts';

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 120_000,
    restoreMocks: true,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: roomsWithTools.flatMap(({ include }) => include),
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
