import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectOptions, connect } from '../../src/gateway/connect.ts';
import type { Session, Target } from '../../src/gateway/types.ts';
import { type Sshd, startSshd } from '../support/sshd.ts';

/** The calls of these tests: each folder in it stands for one of `conc_agent`. */
export const AGENT_CALLS = join(import.meta.dirname, 'agent_calls');

/** Not a shim that writes into its own folder. */
export const PYTHON = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';

export const here: Extract<Target, { kind: 'popen' }> = { kind: 'popen', node: 'here', python: PYTHON };

/** One way to a node. `over` runs a scenario on it, as often as it takes, and closes the session. */
export interface ContractBackend {
  readonly name: string;
  start(): Promise<void>;
  over(scenario: (session: Session) => Promise<void>, options?: ConnectOptions): Promise<void>;
  stop(): Promise<void>;
}

async function use(
  target: Target,
  scenario: (session: Session) => Promise<void>,
  options: ConnectOptions,
): Promise<void> {
  const session = await connect(target, { moduleFolders: [AGENT_CALLS], ...options });
  try {
    await scenario(session);
  } finally {
    await session.close();
  }
}

const popen: ContractBackend = {
  name: 'popen',
  start: async () => {},
  over: (scenario, options = {}) => use(here, scenario, options),
  stop: async () => {},
};

function ssh(): ContractBackend {
  let sshd: Sshd | undefined;
  return {
    name: 'ssh',
    start: async () => {
      sshd = await startSshd();
    },
    over: async (scenario, options = {}) => {
      if (sshd === undefined) throw new Error('not started');
      await use({ kind: 'ssh', node: 'there', python: PYTHON, ssh: sshd.ssh }, scenario, options);
    },
    stop: async () => sshd?.stop(),
  };
}

/** Each scenario runs twice: over a real child while it is recorded, then from the recording, without any. */
const recorder: ContractBackend = {
  name: 'recorder',
  start: async () => {},
  over: async (scenario, options = {}) => {
    const folder = await mkdtemp(join(tmpdir(), 'conc-recording-'));
    const file = join(folder, 'session.jsonl');
    try {
      await use(here, scenario, { ...options, record: file });
      await use({ kind: 'recorder', node: 'here', file }, scenario, options);
    } finally {
      await rm(folder, { recursive: true });
    }
  },
  stop: async () => {},
};

export const BACKENDS: readonly ContractBackend[] = [popen, ssh(), recorder];
