import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAndEvaluate } from '../measure/parse.ts';
import type { RowMaker } from '../types.ts';
import { largeIni } from '../workload/large-ini.ts';

const NODES = 500;

export const parseRows: readonly RowMaker[] = [
  {
    name: 'parse',
    make: async (ground) => {
      const file = join(ground.places.tmpfs, 'large.ini');
      await writeFile(file, largeIni(NODES));
      return {
        title: `conc.ini with ${NODES} nodes: parse, and evaluate every node, for 1,000 lines`,
        unit: 'ms',
        ours: {
          name: 'conc',
          steps: [],
          take: async () => {
            const { milliseconds, lines } = await parseAndEvaluate(file);
            return (milliseconds / lines) * 1000;
          },
        },
        limit: { kind: 'limit', most: 10 },
        rivals: [],
        notes: [
          'The first time in a new process, as a command does it: nothing is compiled by V8 yet. How it grows stands below.',
        ],
        async [Symbol.asyncDispose]() {},
      };
    },
  },
];
