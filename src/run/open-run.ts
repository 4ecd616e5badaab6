import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { evaluate } from '../config/evaluate.ts';
import { findConfig } from '../config/find.ts';
import { specOf } from '../config/keys.ts';
import { loadConfig } from '../config/load.ts';
import { settingsOf } from '../config/settings.ts';
import type { Config, NodeSettings } from '../config/types.ts';
import type { ConcError } from '../errors/conc-error.ts';
import type { Ask } from '../gateway/askpass.ts';
import { connect } from '../gateway/connect.ts';
import { targetOf } from '../gateway/target.ts';
import type { Facts, LogRecord } from '../gateway/types.ts';
import { recorded } from './adhoc.ts';
import { flatIni } from './flat-ini.ts';
import { openRelay } from './relay.ts';
import { EXECNET, runScript } from './script.ts';
import { targetOfRequest } from './target-of-request.ts';

/** Where an argument is this, the script gets the path of a flat ini. */
const INI = '{ini}';

export interface RunOptions {
  readonly cwd: string;
  readonly config: string | undefined;
  readonly node: string;
  readonly python: string | undefined;
  readonly ask: Ask | undefined;
  /** What far ends print; `id` is the gateway's. */
  readonly log: (id: string, record: LogRecord) => void;
  readonly lost: (id: string, error: ConcError) => void;
  /** The node could not be told of the end. */
  readonly unheard: (error: ConcError) => void;
}

export interface Script {
  readonly script: string;
  readonly argv: readonly string[];
  readonly by: string;
  /** What the node's history says of it. */
  readonly note: string;
}

export interface Run {
  readonly settings: NodeSettings;
  /** Resolves with the script's exit code. The node is reached first, and its history knows of the run. */
  start(script: Script): Promise<number>;
}

/** What a script about a node needs, evaluated; nothing is started yet. */
export function openRun(options: RunOptions): Run {
  const config = loadConfig(findConfig(options.cwd, options.config));
  const settings = settingsOf(config, options.node);
  const python = options.python ?? projectPython(config);
  const start = async ({ script, argv, by, note }: Script): Promise<number> => {
    const session = await connect(targetOf(settings), { ask: options.ask });
    try {
      const attributes = scriptAttributes(config, settings, session.facts);
      const adhoc = { root: settings.root, kind: 'run', by, note } as const;
      const run = () =>
        withIni(settings.name, attributes, argv, (words) =>
          withRelay(config, options, (socket) => runScript({ python, script, argv: words, socket })),
        );
      return await recorded(session, adhoc, run, (exit) => `exit ${exit}`, options.unheard);
    } finally {
      await session.close();
    }
  };
  return { settings, start };
}

function projectPython(config: Config): string {
  const own = join(dirname(config.file), '.venv', 'bin', 'python3');
  return existsSync(own) ? own : 'python3';
}

/**
 * What a script reads of a node: the attributes but for secrets, and `name`, `host` and `venv`: a folder of the script's own under
 * the root, never that of a release, since releases don't change.
 */
function scriptAttributes(config: Config, settings: NodeSettings, { home }: Facts): Map<string, string> {
  const { name, root, ssh } = settings;
  const values = new Map<string, string>();
  for (const { key, value } of evaluate(config, name).attributes.values()) {
    if (specOf(key)?.secret !== true) values.set(key, value);
  }
  const absolute = root.startsWith('~/') ? join(home, root.slice(2)) : root;
  return values
    .set('name', name)
    .set('host', ssh?.host ?? 'localhost')
    .set('venv', join(absolute, 'venv'));
}

async function withIni<Result>(
  node: string,
  attributes: ReadonlyMap<string, string>,
  argv: readonly string[],
  use: (argv: readonly string[]) => Promise<Result>,
): Promise<Result> {
  if (!argv.includes(INI)) return use(argv);
  const text = flatIni(node, attributes);
  // Only this user may enter a folder of mkdtemp.
  const folder = await mkdtemp(join(tmpdir(), 'conc-ini-'));
  try {
    const file = join(folder, 'conc.ini');
    await writeFile(file, text, { mode: 0o600 });
    return await use(argv.map((word) => (word === INI ? file : word)));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function withRelay<Result>(
  config: Config,
  { ask, log, lost }: RunOptions,
  use: (socket: string) => Promise<Result>,
): Promise<Result> {
  const relay = await openRelay({
    open: (request, signal) =>
      connect(
        targetOfRequest(request, (node) => settingsOf(config, node)),
        { ask, signal, log: (record) => log(request.id, record) },
      ),
    execnet: EXECNET,
    lost,
  });
  try {
    return await use(relay.path);
  } finally {
    await relay.close();
  }
}
