import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startNode, type TestNode } from '../nodes/node.ts';
import type { Suite } from '../nodes/root-file-system.ts';
import { conc, type Run, type RunOptions } from '../support/conc.ts';

const house = fileURLToPath(new URL('../..', import.meta.url));

/** A server of the courier's: which Debian, and what keeps its processes. */
export interface Server {
  readonly name: string;
  readonly suite: Suite;
  /** Lines of its section in conc.ini. */
  readonly keys: readonly string[];
}

/** The courier in a folder of its own, and its servers, booted. */
export interface Courier extends AsyncDisposable {
  readonly folder: string;
  readonly nodes: ReadonlyMap<string, TestNode>;
  readonly node: (name: string) => TestNode;
  readonly conc: (args: readonly string[], options?: RunOptions) => Promise<Run>;
  /** The same, and it must end with 0. */
  readonly must: (...args: string[]) => Promise<Run>;
  readonly configure: (edit: (ini: string) => string) => Promise<void>;
  readonly edit: (file: string, edit: (text: string) => string) => Promise<void>;
  /** Brings the working copy to a version, 1 or 2, and builds it. */
  readonly becomes: (version: 1 | 2) => Promise<void>;
}

export async function makeCourier(servers: readonly Server[]): Promise<Courier> {
  const folder = await mkdtemp(join(tmpdir(), 'conc-courier-'));
  const nodes = new Map<string, TestNode>();
  const dispose = async (): Promise<void> => {
    await Promise.all([...nodes.values()].map((node) => node.stop()));
    await rm(folder, { recursive: true, force: true });
  };
  const env = { PATH: `${process.env.PATH ?? ''}${delimiter}${join(house, '.tools/venv/bin')}` };
  const run: Courier['conc'] = (args, options) => conc(args, { cwd: folder, env, ...options });
  const must: Courier['must'] = async (...args) => {
    const result = await run(args);
    if (result.code === 0) return result;
    throw new Error(`conc ${args.join(' ')}: ${result.code}\n${result.stdout}${result.stderr}`);
  };
  const edit: Courier['edit'] = async (file, change) =>
    writeFile(join(folder, file), change(await readFile(join(folder, file), 'utf8')));
  try {
    await cp(join(house, 'examples/courier'), folder, { recursive: true, verbatimSymlinks: true });
    const booted = servers.map(async ({ suite, name }) => nodes.set(name, await startNode({ suite, name })));
    await Promise.all(booted);
    await edit('conc.ini', (ini) => onServers(ini, servers, nodes));
    await Promise.all([...nodes].map(([name, node]) => prepare(must, name, node)));
    await must('check', '@all', '--record');
    await must('lock');
    await must('build');
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    folder,
    nodes,
    node: (name) => {
      const found = nodes.get(name);
      if (found === undefined) throw new Error(`no server is named ${name}`);
      return found;
    },
    conc: run,
    must,
    edit,
    configure: (change) => edit('conc.ini', change),
    becomes: async (version) => {
      await cp(join(house, version === 1 ? 'examples/courier' : 'examples/courier-releases/2'), folder, {
        recursive: true,
        verbatimSymlinks: true,
        force: true,
        filter: (from) => !from.endsWith('conc.ini'),
      });
      await must('build');
    },
    [Symbol.asyncDispose]: dispose,
  };
}

/** Each of these servers is one of its own, and has a clock. */
const SINGLETON = 'process.beat.singleton = yes';

/** The example's conc.ini, with booted machines in place of its server. */
const onServers = (ini: string, servers: readonly Server[], nodes: ReadonlyMap<string, TestNode>): string =>
  [
    ini.replace(/\[node server\][\s\S]*/, '').replace(SINGLETON, ''),
    ...servers.map(({ name, keys }) =>
      [
        `[node ${name}]`,
        SINGLETON,
        'groups = web, queue',
        `sshd.host = ${nodes.get(name)?.host}`,
        `sshd.config = ${nodes.get(name)?.sshConfig}`,
        ...keys,
      ].join('\n'),
    ),
  ].join('\n\n');

/** What a person does once: root's own key, and all that conc asks for on a machine of this kind. */
async function prepare(must: Courier['must'], name: string, node: TestNode): Promise<void> {
  const script = 'install -d -m 700 /root/.ssh && cp /home/deploy/.ssh/authorized_keys /root/.ssh/';
  await node.exec(['sh', '-c', script]);
  await must('prepare', name, '--apply', '--login', 'root');
}
