import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { loadConfig } from '../../src/config/load.ts';
import { settingsOf } from '../../src/config/settings.ts';
import { withNode } from '../../src/deploy/open.ts';
import { conc, type Run, type RunOptions } from '../support/conc.ts';
import { freePort } from '../support/free-port.ts';
import { base, PATH, type Version, type Workshop } from './workshop.ts';

/** How a node of the matrix is reached, and where its root lies. */
export interface NodeOptions {
  readonly name: string;
  /** Lines for its section in conc.ini; `gateway = popen` where there are none. */
  readonly connection?: readonly string[];
  /** Another place for its root than its own folder. */
  readonly root?: string;
  readonly python?: string;
  readonly service?: 'supervisord' | 'none';
  /** False: its root is on another machine, which ends what serves there. */
  readonly local?: boolean;
}

/** A root with the application on it, and a folder with a conc.ini of its own: nodes don't meet. */
export interface SeenNode {
  readonly name: string;
  readonly folder: string;
  readonly root: string;
  readonly port: number;
  readonly url: string;
  readonly versions: readonly Version[];
  readonly conc: (args: readonly string[], options?: RunOptions) => Promise<Run>;
}

export interface FaultNode extends SeenNode, AsyncDisposable {
  /** What makes the next deploy a release of its own: an attribute of the application's. */
  readonly mark: (mark: string) => Promise<void>;
}

export async function makeNode(workshop: Workshop, options: NodeOptions): Promise<FaultNode> {
  const { name, connection = ['gateway = popen'], python = '/usr/bin/python3', service = 'supervisord' } = options;
  const folder = join(workshop.folder, name);
  await mkdir(folder, { recursive: true });
  const root = options.root ?? join(folder, 'root');
  const versions = await Promise.all(workshop.versions.map((version) => copied(version, folder)));
  const port = await freePort();
  const ini = (mark: string): string =>
    [
      base(python).replace('127.0.0.1:8765', `127.0.0.1:${port}`),
      `service = ${service}`,
      service === 'none' ? 'health.command = true' : 'health.url = /',
      `[node ${name}]`,
      `root = ${root}`,
      `mark = ${mark}`,
      ...connection,
      '',
    ].join('\n');
  const node = nodeAt({ name, folder, root, port, versions });
  const mark = (text: string): Promise<void> => writeFile(join(folder, 'conc.ini'), ini(text));
  await mark('first');
  return {
    ...node,
    mark,
    async [Symbol.asyncDispose]() {
      if (options.local !== false) await stopServices();
      await rm(folder, { recursive: true, force: true });
    },
  };

  async function stopServices(): Promise<void> {
    const settings = settingsOf(loadConfig(join(folder, 'conc.ini')), name);
    await withNode({ ...settings, gateway: 'popen', python: '/usr/bin/python3' }, {}, async ({ session, survey }) => {
      if (survey.exists) await session.call('stop', { root, service }).reply;
    });
  }
}

/** A node that is there already. */
export const nodeAt = (there: Pick<FaultNode, 'name' | 'folder' | 'root' | 'port' | 'versions'>): SeenNode => ({
  ...there,
  url: `http://127.0.0.1:${there.port}/`,
  conc: (args, more) => conc(args, { cwd: there.folder, ...more, env: { PATH, ...more?.env } }),
});

/** Bundles of its own, which may be tampered with. */
async function copied(version: Version, folder: string): Promise<Version> {
  const bundle = join(folder, basename(version.bundle));
  await cp(version.bundle, bundle);
  return { ...version, bundle };
}

/** Runs it, and it must come to that exit code. */
export async function must(node: SeenNode, args: readonly string[], exit = 0): Promise<Run> {
  const run = await node.conc(args);
  if (run.code !== exit) throw new Error(`conc ${args.join(' ')}: ${run.code}\n${run.stdout}${run.stderr}`);
  return run;
}
