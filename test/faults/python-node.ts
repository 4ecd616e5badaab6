import { copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { command } from '../nodes/command.ts';
import type { Fault } from './faults.ts';
import { type FaultNode, makeNode } from './node.ts';
import type { Workshop } from './workshop.ts';

/** A node whose releases stand on an interpreter of its own, which may be replaced. */
export interface PythonNode extends FaultNode {
  readonly python: string;
}

export async function makePythonNode(workshop: Workshop, name: string): Promise<PythonNode> {
  const folder = join(workshop.folder, `${name}-python`, 'bin');
  await mkdir(folder, { recursive: true });
  const python = join(folder, 'python3');
  // The library is found where it was built for: it is the program alone that is replaced.
  await copyFile(await realPath('/usr/bin/python3'), python);
  return { ...(await makeNode(workshop, { name, python })), python };
}

/** The interpreter under both releases goes, as an upgrade of the system would take it; a person brings it back. */
export const pythonFaults = ({ python }: PythonNode): readonly Fault[] => [
  {
    ...about('python3 removed'),
    strike: () => rename(python, `${python}.away`),
    mend: () => rename(`${python}.away`, python),
  },
  {
    ...about('python3 replaced'),
    strike: async () => {
      await rename(python, `${python}.away`);
      await copyFile(await otherPython(), `${python}.new`);
      await rename(`${python}.new`, python);
    },
    mend: async () => {
      await rm(python);
      await rename(`${python}.away`, python);
    },
  },
];

const about = (name: string) =>
  ({ name, ground: 'python', controllerLives: true, agentDies: false, mendFirst: true }) as const;

/** Another minor version, from pyenv. */
async function otherPython(): Promise<string> {
  const { stdout } = await command(['pyenv', 'root']);
  const { stdout: found } = await command([
    'sh',
    '-c',
    `ls -d ${stdout.trim()}/versions/3.1[23]*/bin/python3 | head -1`,
  ]);
  return realPath(found.trim());
}

const realPath = async (path: string): Promise<string> => (await command(['readlink', '-f', path])).stdout.trim();
