import { ConcError } from '../errors/conc-error.ts';

export const unexpected = (node: string, what: string): ConcError =>
  new ConcError({
    code: 'agent.unexpected-message',
    message: `the agent on ${node} sent something that conc does not understand: ${what.slice(0, 500)}`,
    hint: `this is a fault of conc itself: please report it. See what the node does: conc status ${node}`,
    exit: 1,
  });
