import type { ConcError, ExitCode } from '../../errors/conc-error.ts';
import type { Answer } from '../../prepare/answers.ts';
import type { Prepared } from '../../prepare/prepare.ts';
import { NEED_IDS, type Need } from '../../prepare/types.ts';
import type { CliContext } from '../context.ts';
import { errorLines } from '../print-error.ts';
import type { PrepareOptions } from './project.ts';

export interface PrepareReport {
  readonly node: (
    name: string,
    needs: readonly Need[],
  ) => { readonly begin: (system: string) => void; readonly tell: (answer: Answer) => void };
  readonly end: (name: string, prepared: Prepared) => void;
  /** Of one of several nodes. */
  readonly failed: (name: string, error: ConcError) => void;
  readonly begun: () => boolean;
  /** The exit code of all. */
  readonly finish: () => 0 | ExitCode;
}

type Outcome = 'as-needed' | 'prepared' | 'lacks' | 'failed' | 'error';

/** What `--check` and `--apply` print: what was found is data, what is done is progress. */
export function prepareReport(mode: 'check' | 'apply', options: PrepareOptions, context: CliContext): PrepareReport {
  const json = options.json === true;
  const say = mode === 'check' ? context.out : context.err;
  const nodes: {
    readonly node: string;
    readonly outcome: Outcome;
    readonly exit: 0 | ExitCode;
    readonly error?: object;
  }[] = [];
  const event = (node: string, fields: object): void =>
    context.out(JSON.stringify({ time: new Date().toISOString(), node, ...fields }));
  let begun = false;
  return {
    begun: () => begun,
    node: (name, needs) => ({
      begin: (system) => {
        begun = true;
        if (json) event(name, { event: 'begin', system });
        else say(`${name}: ${system}`);
      },
      tell: (answer) => {
        if (json) event(name, { event: 'need', need: answer.id, state: answer.state, said: answer.said });
        else for (const line of needLines(answer, needs, options, context)) say(line);
      },
    }),
    end: (node, prepared) => {
      const outcome = outcomeOf(prepared);
      nodes.push({ node, outcome, exit: outcome === 'as-needed' || outcome === 'prepared' ? 0 : 1 });
      if (!json) say(summary(node, outcome, mode, prepared));
    },
    failed: (node, error) => {
      nodes.push({ node, outcome: 'error', exit: error.exit, error: error.toJSON() });
      if (!json) for (const line of errorLines(error, options.verbose === true)) context.err(`${node}: ${line}`);
    },
    finish: () => {
      const exits = nodes.map(({ exit }) => exit);
      const exit = ([1, 3, 2, 4] as const).find((one) => exits.includes(one)) ?? 0;
      if (json)
        context.out(
          JSON.stringify({
            event: 'summary',
            nodes: nodes.map(({ node, outcome, error }) => ({ node, outcome, ...(error && { error }) })),
            exit,
          }),
        );
      return exit;
    },
  };
}

const outcomeOf = (prepared: Prepared): Outcome => {
  const has = (state: Answer['state']): boolean => prepared.some((answer) => answer.state === state);
  if (has('failed')) return 'failed';
  if (has('lacks')) return 'lacks';
  return has('done') ? 'prepared' : 'as-needed';
};

/** A need that is being seen to is told where a person watches: packages take their time. */
function needLines({ id, state, said }: Answer, needs: readonly Need[], options: PrepareOptions, context: CliContext) {
  if (state === 'doing' && !context.live) return [];
  const what = needs.find((need) => need.id === id)?.what ?? '';
  const shown = state === 'failed' || state === 'lacks' || (options.verbose === true && state === 'done') ? said : [];
  return [
    ` ${id.padEnd(WIDTH)} ${state.padEnd(6)} ${what}`,
    ...(state === 'failed' && options.verbose !== true ? shown.slice(-LINES) : shown).map((line) => `     | ${line}`),
  ];
}

const WIDTH = Math.max(...NEED_IDS.map((id) => id.length));
const LINES = 20;

function summary(node: string, outcome: Outcome, mode: 'check' | 'apply', prepared: Prepared): string {
  const named = (state: Answer['state']): string =>
    prepared
      .filter((answer) => answer.state === state)
      .map(({ id }) => id)
      .join(', ');
  switch (outcome) {
    case 'failed':
      return `${node} is not prepared: ${named('failed')} failed. ${
        named('done') === '' ? 'Nothing was done before' : `Done before: ${named('done')}`
      }. Again, once mended: conc prepare ${node} --apply`;
    case 'lacks':
      return `${node} lacks: ${named('lacks')}. See to it: conc prepare ${node} --apply`;
    case 'prepared':
      return `${node} is prepared`;
    default:
      return `${node} is as it should be${mode === 'apply' ? ': nothing was changed' : ''}`;
  }
}
