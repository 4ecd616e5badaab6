import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ground, Place } from '../ground/ground.ts';
import { command, seconds } from '../measure/command.ts';
import type { Rival, Row, RowMaker, Side } from '../types.ts';

/** A fresh venv of 58 wheels which were all there before. */
export const venvRows: readonly RowMaker[] = [
  { name: 'venv-tmpfs', rounds: 5, make: (ground) => freshVenv(ground, 'tmpfs') },
  { name: 'venv-disk', rounds: 5, make: (ground) => freshVenv(ground, 'disk') },
  { name: 'import', rounds: 5, make: imported },
];

async function freshVenv(ground: Ground, place: Place): Promise<Row> {
  const ways = await makeWays(ground, place);
  const side = (way: Way): Side => ({ ...way, take: () => seconds(() => way.make(ways.next())) });
  return {
    title: `Fresh venv from a warm store, bytecode included: 58 wheels, on ${place}`,
    unit: 's',
    ours: side(ways.conc),
    rivals: [
      { ...side(ways.uvCompiled), goal: { kind: 'faster', times: 20 } },
      { ...side(ways.uv), ...(place === 'tmpfs' ? { goal: { kind: 'within', times: 1.5 } } : {}) },
      { ...side(ways.pip), goal: { kind: 'faster', times: 80 } },
    ],
    flushes: [],
    where: () => ways.spans(ways.next()),
    [Symbol.asyncDispose]: ways.clear,
  };
}

async function imported(ground: Ground): Promise<Row> {
  const ways = await makeWays(ground, 'tmpfs');
  const reference = ways.next();
  await ways.conc.make(reference);
  const names = (await command([join(reference, 'bin/python'), join(import.meta.dirname, '../agent/top_level.py')]))
    .trim()
    .split('\n');
  const program = names.map((name) => `import ${name}`).join('\n');
  const side = (way: Way): Side => ({
    ...way,
    steps: [...way.steps, `import ${names.length} packages, all that can be`],
    take: () =>
      seconds(async () => {
        const venv = ways.next();
        await way.make(venv);
        await command([join(venv, 'bin/python'), '-c', program]);
      }),
  });
  const uv: Rival = { ...side(ways.uv), goal: { kind: 'faster', times: 2 } };
  return {
    title: 'Fresh venv and everything imported, on tmpfs',
    unit: 's',
    ours: side(ways.conc),
    rivals: [uv],
    [Symbol.asyncDispose]: ways.clear,
  };
}

interface Way {
  readonly name: string;
  readonly steps: readonly string[];
  readonly make: (venv: string) => Promise<unknown>;
}

interface Ways {
  readonly conc: Way;
  readonly uv: Way;
  readonly uvCompiled: Way;
  readonly pip: Way;
  /** Makes one as conc does, and tells where the time goes. */
  readonly spans: (venv: string) => Promise<string>;
  /** Where the next venv goes. */
  readonly next: () => string;
  readonly clear: () => Promise<void>;
}

async function makeWays(ground: Ground, place: Place): Promise<Ways> {
  const { house, python, places } = ground;
  const { wheels, versions } = await ground.workload();
  const { bin } = await ground.peers();
  const root = await ground.warmRoot(place);
  const folder = join(places[place], 'venvs');
  await mkdir(folder, { recursive: true });
  const [version] = versions;
  if (version === undefined) throw new Error('no versions');
  const requirements = join(folder, 'requirements.txt');
  await copyFile(version.requirements, requirements);
  const find = [
    '--no-index',
    '--find-links',
    wheels,
    '--find-links',
    join(version.wheel, '..'),
    '--require-hashes',
    '-r',
    requirements,
  ];
  const uv =
    (...options: readonly string[]) =>
    async (venv: string): Promise<void> => {
      const env = { UV_CACHE_DIR: join(folder, 'uv-cache') };
      await command([join(bin, 'uv'), 'venv', '--quiet', '--python', python, venv], { env });
      const install = [join(bin, 'uv'), 'pip', 'install', '--quiet', '--offline', '--python', venv];
      await command([...install, ...options, ...find], { env });
    };
  await uv()(join(folder, 'first'));
  const ours = [python, '-I', join(house, 'bench/agent/fresh_venv.py'), join(house, 'agent'), root];
  let number = 0;
  return {
    conc: {
      name: 'conc, bytecode included',
      steps: [
        'starts the interpreter with the agent’s own code',
        '`venv` without pip',
        'links or copies every file of the store’s entries, with their bytecode; writes scripts and RECORDs',
      ],
      make: (venv) => command([...ours, venv]),
    },
    spans: async (venv) => (await command([...ours, venv, 'spans'])).trimEnd(),
    uv: {
      name: 'uv, without bytecode',
      steps: ['`uv venv`', '`uv pip install --offline --no-index --require-hashes`, its cache warm'],
      make: uv(),
    },
    uvCompiled: {
      name: 'uv, with bytecode',
      steps: ['`uv venv`', '`uv pip install --compile-bytecode --offline --no-index --require-hashes`, its cache warm'],
      make: uv('--compile-bytecode'),
    },
    pip: {
      name: 'venv and pip',
      steps: ['`python3 -m venv`', '`pip install --no-index --require-hashes`'],
      make: async (venv) => {
        await command([python, '-m', 'venv', venv]);
        const pip = [join(venv, 'bin/python'), '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
        await command([...pip, ...find]);
      },
    },
    next: () => {
      number += 1;
      return join(folder, `venv-${number}`);
    },
    clear: () => rm(folder, { recursive: true, force: true }),
  };
}
