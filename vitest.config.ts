import { defineConfig } from 'vitest/config';

const resolve = {
  conditions: ['source', 'node'],
  // graphql's `main` has no extension; completing it to .mjs would load a second copy, which refuses to work with the first.
  extensions: ['.js', '.mjs', '.mts', '.ts', '.json'],
};
const common = { environment: 'node', globals: false } as const;
const ignored = ['**/node_modules/**', '**/dist/**', '.tollgate/**'];

export default defineConfig({
  test: {
    projects: [
      {
        resolve,
        ssr: { resolve: { conditions: resolve.conditions, externalConditions: [] } },
        test: {
          ...common,
          name: 'unit',
          // They are pure, so they may share a thread; starting one for each file takes longer than all tests.
          pool: 'threads',
          isolate: false,
          sequence: { groupOrder: 0 },
          include: ['**/*.test.ts'],
          exclude: [...ignored, '**/*.int.test.ts', '**/*.e2e.test.ts'],
        },
      },
      {
        resolve,
        ssr: { resolve: { conditions: resolve.conditions, externalConditions: [] } },
        test: {
          ...common,
          name: 'int',
          sequence: { groupOrder: 1 },
          include: ['**/*.int.test.ts'],
          exclude: ignored,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          globalSetup: ['packages/testing/src/global-setup.ts'],
          maxWorkers: 2,
        },
      },
      {
        resolve,
        ssr: { resolve: { conditions: resolve.conditions, externalConditions: [] } },
        test: {
          ...common,
          name: 'e2e',
          sequence: { groupOrder: 2 },
          include: ['**/*.e2e.test.ts'],
          exclude: ignored,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
          globalSetup: ['packages/testing/src/global-setup.ts'],
        },
      },
    ],
  },
});
