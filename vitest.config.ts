import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const minute = 60_000;
const ONE_BY_ONE = ['test/package/**/*.test.ts'];
const REAL_NODES = ['test/nodes/**/*.test.ts', 'test/e2e/**/*.test.ts', 'test/faults/**/*.test.ts'];

// Tests start conc from its sources about two thousand times: compiled once, each start takes half as long. By content, so nothing goes stale.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, 'node_modules/.cache/conc-test');

export default defineConfig({
  test: {
    pool: 'forks',
    // Much of what is tested waits for other programs: one more than there are processors.
    maxWorkers: availableParallelism() + 1,
    teardownTimeout: minute,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...ONE_BY_ONE, ...REAL_NODES],
          testTimeout: 2 * minute,
          hookTimeout: 5 * minute,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'package',
          include: ONE_BY_ONE,
          fileParallelism: false,
          testTimeout: 5 * minute,
          hookTimeout: 5 * minute,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          // Booted machines: one file after the other, beside those of the package. Needs root.
          name: 'nodes',
          include: REAL_NODES,
          fileParallelism: false,
          testTimeout: 5 * minute,
          hookTimeout: 10 * minute,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
