import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ground } from '../ground/ground.ts';
import { command, seconds } from '../measure/command.ts';
import type { Row, RowMaker } from '../types.ts';

const INI = `[DEFAULT]
app = shop
root = /srv/\${app}
[group web]
workers = 4
[node web1]
groups = web
sshd.host = web1.example.org
`;

/** How long a person waits before conc has begun: beside the least that a program on Node.js can do. */
const start = (words: readonly string[], goal: number): ((ground: Ground) => Promise<Row>) => {
  return async ({ conc, places }) => {
    const cwd = places.tmpfs;
    await writeFile(join(cwd, 'conc.ini'), INI);
    const take = (argv: readonly string[]) => async (): Promise<number> =>
      (await seconds(() => command(argv, { cwd }))) * 1000;
    return {
      title: `\`conc ${words.join(' ')}\``,
      unit: 'ms',
      ours: { name: `conc ${words.join(' ')}`, steps: [], take: take([...conc, ...words]) },
      rivals: [
        {
          name: 'node -e 0',
          steps: [],
          take: take([process.execPath, '-e', '0']),
          goal: { kind: 'within', times: goal },
        },
      ],
      notes: ['The compiled program, as it is published.'],
      async [Symbol.asyncDispose]() {},
    };
  };
};

/** Short: more of them, as each is. */
const rounds = 25;
export const startRows: readonly RowMaker[] = [
  { name: 'version', rounds, make: start(['--version'], 1.4) },
  { name: 'show', rounds, make: start(['show', 'web1'], 2) },
];
