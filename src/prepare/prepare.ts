import type { NodeSettings } from '../config/types.ts';
import type { AskSudo } from '../deploy/sudo.ts';
import { ConcError } from '../errors/conc-error.ts';
import type { Ask } from '../gateway/askpass.ts';
import { connect } from '../gateway/connect.ts';
import { targetOf } from '../gateway/target.ts';
import type { Secret } from '../secrets/secret.ts';
import { type Answer, Answers } from './answers.ts';
import { type Rights, type Running, runScript } from './run.ts';
import { scriptOf } from './script.ts';
import type { Need, Wanted } from './types.ts';

export interface Preparing {
  readonly wanted: Wanted;
  readonly needs: readonly Need[];
  /** How the node is reached now: as the user who deploys, or as another, who may become root. */
  readonly settings: NodeSettings;
  /** Is that another? Only root's rights show some of what is there then. */
  readonly otherLogin: boolean;
  readonly mode: 'check' | 'apply';
  readonly ask: Ask | undefined;
  readonly signal: AbortSignal;
  readonly sudo: AskSudo;
  /** Called with the machine's own name for its system, once. */
  readonly begin: (system: string) => void;
  /** Called with each answer that counts, as it comes. */
  readonly tell: (answer: Answer) => void;
}

/** What was found or done, need by need: `there`, `lacks`, `done` or `failed`, in order; what comes behind a failure is not in it. */
export type Prepared = readonly Answer[];

/**
 * Compares a machine with what is needed, and does what lacks. ConcError `prepare.other-system` (BLOCKED) where it is neither Debian
 * nor Ubuntu; `prepare.no-root` (BLOCKED) where nobody becomes root there; others where it was not reached or was lost.
 */
export async function prepareNode(preparing: Preparing): Promise<Prepared> {
  const { settings, wanted, needs, mode, ask, signal, otherLogin } = preparing;
  const running: Running = { settings, script: scriptOf(wanted, needs), ask, signal };
  const found = await runScript(running, 'check', 'own');
  if (!found.debian) throw otherSystem(preparing, found.system ?? '');
  preparing.begin(found.system ?? '');
  const lacks = found.all.some(({ state }) => state === 'lacks');
  const isRoot = found.uid === 0;
  if (!lacks || (mode === 'check' && (isRoot || !otherLogin))) return told(found.all, preparing);
  const rights = isRoot ? 'own' : await becomeRoot(preparing);
  return (await runScript(running, mode, rights, new Answers(preparing.tell))).all;
}

const told = (answers: readonly Answer[], { tell }: Preparing): readonly Answer[] => {
  answers.forEach(tell);
  return answers;
};

/** Asks the node's sudo, by an agent, whether it wants a password, and a person for it. */
async function becomeRoot({ settings, ask, sudo }: Preparing): Promise<Rights> {
  try {
    return { sudo: await agreed(settings, ask, sudo) };
  } catch (error) {
    if (!(error instanceof ConcError)) throw error;
    // A machine so bare that it lacks python3: its sudo may want no password.
    if (error.code === 'gateway.no-python' || error.code === 'gateway.python-too-old') return { sudo: null };
    if (!NO_RIGHTS.includes(error.code)) throw error;
    const { name } = settings;
    throw new ConcError({
      code: 'prepare.no-root',
      message: `${error.message}: nobody is there who could prepare ${name}`,
      hint: `log in as somebody who may become root: conc prepare ${name} --apply --login root\nor let root run what conc prepare ${name} prints`,
      state: 'nothing was changed',
      evidence: error.evidence,
      exit: 3,
      cause: error,
    });
  }
}

const NO_RIGHTS = ['sudo.not-installed', 'sudo.not-allowed', 'sudo.command-not-allowed', 'sudo.locked'];

async function agreed(settings: NodeSettings, ask: Ask | undefined, sudo: AskSudo): Promise<Secret | null> {
  const session = await connect(targetOf(settings), { ask });
  try {
    return await sudo({ session, settings }, 'remote', ['/bin/sh']);
  } finally {
    await session.close();
  }
}

const otherSystem = ({ settings: { name }, needs }: Preparing, system: string): ConcError =>
  new ConcError({
    code: 'prepare.other-system',
    message: `${name} is ${system === '' ? 'of a kind that does not tell its name' : system}: conc prepares Debian and Ubuntu`,
    hint: 'see to these by the means of that system; conc check tells whether the node is fit then',
    state: 'nothing was changed',
    evidence: needs.map(({ what, elsewhere }) => elsewhere ?? what),
    exit: 3,
  });
