import type { NodeSettings } from '../config/types.ts';
import { ConcError } from '../errors/conc-error.ts';
import type { Ask } from '../gateway/askpass.ts';
import { quoteForAnyShell } from '../gateway/quote.ts';
import { runShell } from '../gateway/shell.ts';
import { quote } from '../ops/shell.ts';
import type { Secret } from '../secrets/secret.ts';
import { Answers } from './answers.ts';

/** What becomes root there: who logs in is it, or sudo, with this password where it wants one. */
export type Rights = 'own' | { readonly sudo: Secret | null };

export interface Running {
  readonly settings: NodeSettings;
  readonly script: string;
  readonly ask: Ask | undefined;
  /** A person wants it to end: the step that is under way there goes on. */
  readonly signal: AbortSignal;
}

/** Runs the script there, and gives what it told. ConcError where it could not be run, or was cut off. */
export async function runScript(
  { settings, script, ask, signal }: Running,
  mode: 'check' | 'apply',
  rights: Rights,
  answers = new Answers(),
): Promise<Answers> {
  const { name: node, ssh } = settings;
  const password = rights === 'own' ? null : rights.sudo;
  const before = password === null ? '' : `${password.reveal()}\n${MARK}\n`;
  const { code, words } = await runShell({ node, ssh }, commandFor(mode, rights), {
    ...{ ask, signal, input: before + script, onLine: (line) => answers.hear(line) },
  });
  if (answers.complete(code)) return answers;
  throw cutOff(node, mode, answers, signal.aborted, words.slice(-20));
}

/** Behind it the script begins: a password that sudo did not ask for stands before it, and is passed over. */
const MARK = 'conc-prepare 1';

/** For any login shell. `-k`: what sudo remembers of an earlier password counts for nothing. */
function commandFor(mode: 'check' | 'apply', rights: Rights): string {
  if (rights === 'own') return `exec sh -s ${mode}`;
  const passOver = `while IFS= read -r line; do if [ "$line" = "${MARK}" ]; then exec /bin/sh -s ${mode}; fi; done`;
  const how = rights.sudo === null ? `-n -- /bin/sh -s ${mode}` : `-S -p '' -- /bin/sh -c ${quote(passOver)}`;
  return `exec sh -c ${quoteForAnyShell(`exec "$(command -v sudo || command -v sudo-rs)" -k ${how}`)}`;
}

function cutOff(
  node: string,
  mode: 'check' | 'apply',
  { system, running }: Answers,
  left: boolean,
  evidence: readonly string[],
): ConcError {
  if (system === undefined && !left) {
    return new ConcError({
      code: 'prepare.not-run',
      message: `the script could not be run on ${node}`,
      hint: `as somebody who is root or becomes it: conc prepare ${node} --apply --login root`,
      state: 'nothing was changed',
      evidence,
      exit: 1,
    });
  }
  const step = running === null ? 'no step was under way' : `${running} was under way, and goes on to its end there`;
  return new ConcError({
    code: left ? 'prepare.left' : 'prepare.cut-off',
    message: left ? `preparing ${node} was ended from here` : `the connection to ${node} was lost`,
    hint: 'again: the same command. What is there by then is left as it is',
    state: mode === 'check' ? 'nothing was changed' : `${step}; nothing behind it is done`,
    evidence,
    exit: 1,
  });
}
