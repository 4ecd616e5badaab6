import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { quickStarts } from './scripts/test/quick-starts.ts';

const minute = 60_000;
const ONE_BY_ONE = ['test/package/**/*.test.ts'];
const REAL_NODES = ['test/nodes/**/*.test.ts', 'test/e2e/**/*.test.ts', 'test/faults/**/*.test.ts'];

quickStarts();

export default defineConfig({
  test: {
    pool: 'forks',
    // They only end what hangs: a busy machine may be very busy.
    testTimeout: 10 * minute,
    hookTimeout: 10 * minute,
    teardownTimeout: minute,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...ONE_BY_ONE, ...REAL_NODES],
          // Beside them stand nodes and Python: see scripts/test.ts.
          maxWorkers: availableParallelism(),
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'package',
          include: ONE_BY_ONE,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          // Booted machines, each with namespaces of its own. They wait more than they compute. Needs root.
          name: 'nodes',
          include: REAL_NODES,
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
