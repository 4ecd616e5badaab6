import { createInterface } from 'node:readline/promises';
import type { Bundle } from '../bundle/types.ts';
import type { NodeSettings } from '../config/types.ts';
import type { ChangeOptions } from '../deploy/change-node.ts';
import { changeNodes } from '../deploy/change-nodes.ts';
import { logTo } from '../deploy/log-to.ts';
import { OpenAhead } from '../deploy/open-ahead.ts';
import { ConcError } from '../errors/conc-error.ts';
import type { Emit, NodeEvent } from '../report/events.ts';
import { askAt } from './ask.ts';
import type { CliContext } from './context.ts';
import { signalControl } from './control.ts';
import { valuesAtTerminal } from './env/read-values.ts';
import { NearForCommand } from './near.ts';
import { reportOf } from './report-of.ts';
import { stepAt } from './step.ts';
import type { SudoOptions } from './sudo-option.ts';
import { type TimingsOptions, timingsWish } from './timings-option.ts';
import { version } from './version.ts';
import { who } from './who.ts';

export interface ChangeCommandOptions extends SudoOptions, TimingsOptions {
  readonly yes?: readonly string[];
  readonly step?: boolean;
  /** So many nodes at the same time; without it one by one. */
  readonly parallel?: number;
}

type ChangeOne = (settings: NodeSettings, change: Omit<ChangeOptions, 'until' | 'bundle'>) => Promise<NodeEvent>;

/** What is known once everything was read: the nodes in the order of their change, and how one is changed. */
export interface Prepared {
  readonly order: readonly NodeSettings[];
  readonly changeOne: ChangeOne;
  /** Whatever `--parallel` says. */
  readonly oneByOne?: boolean;
}

/** What every command that changes nodes does around its change: consent, signals, report, exit code. */
export const changeCommand = (
  nodes: readonly NodeSettings[],
  options: ChangeCommandOptions,
  context: CliContext,
  changeOne: ChangeOne,
): Promise<void> => changePrepared(nodes, options, context, async () => ({ order: nodes, changeOne }));

/** The same, where there is something to read first: a single node's log-in goes on meanwhile. */
export async function changePrepared(
  nodes: readonly NodeSettings[],
  options: ChangeCommandOptions,
  context: CliContext,
  prepare: () => Promise<Prepared>,
): Promise<void> {
  using control = signalControl((by, underWay) => {
    const names = nodes.map(({ name }) => name).join(' ');
    if (!underWay) context.err(`${by}: conc has ended; no job was under way. See: conc status ${names}`);
    process.exit(1);
  });
  // A person is asked about one job at a time.
  const parallel = options.step === true ? 1 : (options.parallel ?? 1);
  const report = reportOf(options, context, parallel > 1 && nodes.length > 2);
  const timings = await timingsWish(options, context);
  const { observe } = timings;
  const emit: Emit = (event) => {
    // The summary is the last line of all.
    if (event.event === 'summary') timings.tell(report);
    report(event);
  };
  const ask = askAt(context);
  try {
    await using ahead = new OpenAhead();
    const [only, ...more] = nodes;
    if (only !== undefined && more.length === 0 && hasConsent(only, options.yes))
      ahead.begin(only, { ask, observe, log: logTo(emit, only.name), change: true });
    const { order, changeOne, oneByOne } = await prepare();
    for (const node of order) await consent(node, options.yes ?? [], context);
    const { sudoPasswords } = await import('./sudo-passwords.ts');
    await using near = new NearForCommand(nodes, options, context);
    const change = {
      ...{ emit, control, ask, observe, ahead, by: who(), conc: version() },
      ...{
        near: (bundle: Bundle) => near.open(bundle),
        step: options.step === true ? stepAt(context) : null,
        skip: {},
      },
      ...{ sudo: sudoPasswords(options, context).for, values: valuesAtTerminal(context) },
    };
    const atOnce = { parallel: oneByOne === true ? 1 : parallel, halted: control.halted };
    context.finish(await changeNodes(order, (settings) => changeOne(settings, change), emit, atOnce));
  } finally {
    await timings.write();
  }
}

const hasConsent = (node: NodeSettings, yes: readonly string[] = []): boolean =>
  !node.protected || yes.includes(node.name);

/** A node with `protected = yes` asks for its name to be typed, or `--yes NODE`. */
export async function consent(node: NodeSettings, yes: readonly string[], context: CliContext): Promise<void> {
  if (hasConsent(node, yes)) return;
  const refused = (why: string): ConcError =>
    new ConcError({
      code: 'node.protected',
      message: `${node.name} is protected: ${why}`,
      state: 'nothing was changed',
      hint: `type its name when asked, or give --yes ${node.name}`,
      exit: 2,
    });
  if (!context.interactive) throw refused('its name must be typed, and there is no terminal to ask on');
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const typed = await prompt.question(`${node.name} is protected. Type its name to go on: `);
    if (typed.trim() !== node.name) throw refused('what was typed is not its name');
  } finally {
    prompt.close();
  }
}
