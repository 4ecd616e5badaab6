import { ConcError } from '../errors/conc-error.ts';
import type { JobMessage } from './messages.ts';

/** The link was lost in mid-change. What the node does now is known from the last that it told. */
export function dropped(node: string, lost: ConcError, last: JobMessage | undefined): ConcError {
  const { code, message, evidence, exit } = lost;
  return new ConcError({
    ...{ code, message, evidence, exit, cause: lost },
    state: stateOf(node, last),
    hint: `Go on, once ${node} can be reached, and has noticed too (link.lost): conc continue ${node} · only look: conc status ${node} --follow`,
  });
}

function stateOf(node: string, last: JobMessage | undefined): string {
  if (last === undefined) return `${node} had told of no job yet: the change may have begun`;
  const job = `job ${last.index}, ${last.job},`;
  if (last.state === 'done')
    return `${job} was the last that came to an end: ${last.status}. ${node} acts by itself now`;
  return `${job} was running: ${comes[last.lost](node)}`;
}

const comes: Readonly<Record<Extract<JobMessage, { state: 'start' }>['lost'], (node: string) => string>> = {
  halt: (node) => `${node} does it to its end, and then halts. Nothing that serves was touched`,
  kill: (node) => `${node} ends it, as it is declared, and halts. Nothing that serves was touched`,
  undo: (node) =>
    `${node} ends the change by itself: what served before serves again, unless the new release was confirmed`,
  'go on': (node) => `${node} does what is left by itself. The new release was confirmed: it serves`,
};
