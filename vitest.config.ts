import { defineConfig } from 'vitest/config';

/** Rooms whose tests need more than Node: each is a project of its own, so that the rest need not wait for a build. */
const contract = ['test/contract/**/*.test.ts'];
const cluster = ['test/cluster/**/*.test.ts', 'test/deploy/**/*.test.ts', 'test/harness/**/*.test.ts'];

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 120_000,
    restoreMocks: true,
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: [...contract, ...cluster] },
      },
      {
        extends: true,
        test: { name: 'contract', include: contract, globalSetup: ['test/harness/sharedMoto.ts'] },
      },
      {
        extends: true,
        test: {
          name: 'cluster',
          include: cluster,
          globalSetup: ['test/harness/sharedMoto.ts', 'test/harness/sharedCluster.ts'],
          // One API server for all of them: files would see each other's resources.
          fileParallelism: false,
        },
      },
    ],
  },
});
