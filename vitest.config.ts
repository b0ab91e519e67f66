import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const resolve = {
  conditions: ['source', 'node'],
  // graphql's `main` has no extension; completing it to .mjs would load a second copy, which refuses to work with the first.
  extensions: ['.js', '.mjs', '.mts', '.ts', '.json'],
};
const common = { environment: 'node', globals: false } as const;
const ignored = ['**/node_modules/**', '**/dist/**', '.tollgate/**'];

/** Those that take longest: begun first, so that nobody waits for one of them alone at the end. */
const LONG = [
  'round-trips.e2e',
  'demo-distributed.e2e',
  'clock-kill.e2e',
  'demo-single.e2e',
  'scenarios.e2e',
  'attack.e2e',
  'kafka-faults.int',
  'pools.int',
  'operators.int',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rank = ({ moduleId }: TestSpecification): number => {
      const found = LONG.findIndex((name) => moduleId.includes(`/${name}.test.`));
      return found < 0 ? LONG.length : found;
    };
    return sorted.sort((left, right) => rank(left) - rank(right));
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
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
          exclude: [...ignored, '**/*.int.test.ts', '**/*.e2e.test.ts', 'test/house/**'],
          // They are instant; a machine that is busy with something else is no failure.
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        resolve,
        ssr: { resolve: { conditions: resolve.conditions, externalConditions: [] } },
        test: {
          ...common,
          // They read the whole tree: rules of its own, beside those of the linter.
          name: 'house',
          pool: 'threads',
          isolate: false,
          sequence: { groupOrder: 1 },
          include: ['test/house/**/*.test.ts'],
          exclude: [...ignored, '**/*.int.test.ts'],
          maxWorkers: 1,
          testTimeout: 60_000,
        },
      },
      {
        resolve,
        ssr: { resolve: { conditions: resolve.conditions, externalConditions: [] } },
        test: {
          ...common,
          name: 'int',
          sequence: { groupOrder: 2 },
          include: ['**/*.int.test.ts'],
          exclude: ignored,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          globalSetup: ['packages/testing/src/global-setup.ts'],
          // Loading the modules anew for every file takes longer than a third of the tests.
          isolate: false,
          // One more than the processors of a small machine: some tests wait for what takes its time.
          maxWorkers: 3,
        },
      },
      {
        resolve,
        ssr: { resolve: { conditions: resolve.conditions, externalConditions: [] } },
        test: {
          ...common,
          name: 'e2e',
          sequence: { groupOrder: 3 },
          include: ['**/*.e2e.test.ts'],
          exclude: ignored,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          // Much of their time is waiting; each has systems of its own.
          maxWorkers: 2,
          globalSetup: ['packages/testing/src/global-setup.ts'],
        },
      },
    ],
  },
});
