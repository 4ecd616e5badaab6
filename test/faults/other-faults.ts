import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { command } from '../nodes/command.ts';
import { type Fault, type Scene, Wrong } from './faults.ts';
import type { FaultNode } from './node.ts';
import { stopped } from './stopped.ts';
import type { Version } from './workshop.ts';

const about = { ground: 'popen', controllerLives: true, agentDies: false } as const;

/** Another one deploys another bundle while the first is at it. */
export const SECOND_CONTROLLER: Fault = {
  ...about,
  name: 'second controller',
  strike: async ({ node, root, target }) => {
    const { name } = node;
    const other = node.versions.find(({ version }) => version !== target.version);
    if (other === undefined) throw new Error('there is no other version');
    // The first stands still meanwhile, so that it is there whenever the second comes.
    const run = await stopped(root, false, () => node.conc(['deploy', name, '--bundle', other.bundle]));
    if (run.code !== 3) throw new Wrong(`the second controller ended with ${run.code}: ${run.stderr.slice(-300)}`);
    if (!/BLOCKED: a change is running[\s\S]* by .* since [\s\S]*nothing was changed/.test(run.stderr)) {
      throw new Wrong(`it is not told who is there: ${run.stderr}`);
    }
  },
};

/** Bytes of the application's wheel that are not what the manifest says. */
const flip = async ({ target }: Scene): Promise<void> => alter(target);
const flipBack = flip;

export const BUNDLE_IN_TRANSIT: Fault = { ...about, name: 'bundle altered in transit', strike: flip, mend: flipBack };

export const BUNDLE_AT_REST: Fault = { ...about, name: 'bundle altered at rest', strike: flip, mend: flipBack };

/** Between install and verify, by somebody on the node. */
export const INSTALLED_FILE: Fault = {
  ...about,
  name: 'installed file altered',
  arrange: async (node, target) => {
    const run = await node.conc(['deploy', node.name, '--bundle', target.bundle, '--until', 'install']);
    if (run.code !== 4) throw new Error(`it did not halt after install: ${run.stderr}`);
    const file = await installedFile(node);
    await command(['cp', '-a', file, kept(node)]);
    appendFileSync(file, '# by hand\n');
    return ['continue', node.name, '--json'];
  },
  strike: async () => {},
  // As conc tells: "restore them, or take another release". With its time stamp, which its bytecode names.
  mend: async ({ node }) => {
    await command(['cp', '-a', kept(node), await installedFile(node)]);
  },
};

const kept = ({ folder }: FaultNode): string => join(folder, 'kept.py');

async function installedFile(node: FaultNode): Promise<string> {
  const lib = join(node.root, 'releases', await newest(node), 'venv/lib');
  return join(lib, readdirSync(lib)[0] ?? '', 'site-packages/faulted/__main__.py');
}

/** One byte in the middle of its wheel; a second time puts it back. */
function alter({ bundle, version }: Version): void {
  const bytes = readFileSync(bundle);
  const at = bytes.indexOf(`wheels/faulted-${version}-py3-none-any.whl`) + 20_000;
  bytes.writeUInt8(bytes.readUInt8(at) ^ 0xff, at);
  writeFileSync(bundle, bytes);
}

async function newest({ root }: FaultNode): Promise<string> {
  const current = (await readlink(join(root, 'current'))).replace(/^releases\//, '');
  const number = (id: string): number => Number.parseInt(id.slice(1), 10);
  const ids = readdirSync(join(root, 'releases')).filter((id) => id !== current && /^r\d+-/.test(id));
  const found = ids.toSorted((one, other) => number(other) - number(one))[0];
  if (found === undefined) throw new Error('nothing was installed');
  return found;
}

/** libfaketime, for the processes of a deploy alone: the machine's own clock is not touched. */
const LIBFAKETIME = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1';

const clock = (name: string, offset: string, ground: Fault['ground']): Fault => ({
  ...about,
  ground,
  name,
  env: { LD_PRELOAD: LIBFAKETIME, FAKETIME: offset },
  strike: async () => {},
});

/** Near, the agent inherits it. */
export const CLOCKS: readonly Fault[] = [
  clock('clocks a day ahead', '+1d', 'popen'),
  clock('clocks a day behind', '-1d', 'popen'),
];

/** Behind ssh, the node's clock is right: one of the two is a day off. */
export const FAR_CLOCKS: readonly Fault[] = [
  clock('controller a day ahead', '+1d', 'ssh'),
  clock('controller a day behind', '-1d', 'ssh'),
];
