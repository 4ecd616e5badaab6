import { buffer } from 'node:stream/consumers';
import type { AskValues } from '../../deploy/give-values.ts';
import { ConcError } from '../../errors/conc-error.ts';
import { Secret } from '../../secrets/secret.ts';
import { checkVariables, readVariables, type Variables } from '../../secrets/variables.ts';
import { askAt } from '../ask.ts';
import type { CliContext } from '../context.ts';

/** What `conc env set` is given: at the terminal, without echo, once for each name; or on stdin. Never in its words. */
export async function readValues(
  names: readonly string[],
  nodes: readonly string[],
  stdin: boolean,
  context: CliContext,
): Promise<Variables> {
  if (stdin) {
    if (process.stdin.isTTY)
      throw usage('--stdin reads a pipe or a file, and stdin is a terminal', 'Leave --stdin out');
    return readVariables(await buffer(process.stdin), names);
  }
  if (names.length === 0)
    throw usage('no name is given', 'conc env set NODE NAME, or --stdin with lines of NAME=value');
  const values = await valuesAtTerminal(context)(nodes.join(', '), names);
  if (values !== null) return values;
  throw usage(
    `the value of ${names.join(', ')} was not given${context.interactive ? '' : ', and there is no terminal to ask on'}`,
    'At a terminal it is asked for; from a pipe: --stdin',
  );
}

/** Asks a person for each; null: there is none, or nothing was typed. */
export const valuesAtTerminal =
  (context: CliContext): AskValues =>
  async (node, names) => {
    const ask = askAt(context);
    const values = new Map<string, Secret>();
    for (const name of names) {
      const typed = await ask?.(`${name} on ${node}:`);
      if (typed === undefined || typed === '') return null;
      values.set(name, new Secret(typed));
    }
    return checkVariables(values);
  };

const usage = (message: string, hint: string): ConcError =>
  new ConcError({ code: 'env.input', message, hint, state: 'nothing was changed', exit: 2 });
