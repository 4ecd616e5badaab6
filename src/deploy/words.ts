import type { Plan } from '../plan/plan.ts';
import type { Guarded } from '../release/types.ts';
import type { RunReply } from './messages.ts';
import type { OpenNode } from './open.ts';

/** What a change came to, for a person: the agent's own words, with the node's name and the versions of releases; what to do next. */
export function inWords(
  { settings: { name }, survey }: OpenNode,
  { change }: Plan,
  { outcome, state, current, hint }: RunReply,
): { readonly state: string; readonly hint?: string } {
  const { id, version } = change.release;
  const known = [...survey.releases, { id, version }].find((release) => release.id === current);
  // The agent knows releases by their ids: `r42-c21e88b0 serves, proven`.
  const begins = `${current} serves`;
  const said =
    known !== undefined && state.startsWith(begins)
      ? `${name} serves ${known.id} (${known.version})${state.slice(begins.length)}`
      : `${name}: ${state}`;
  const next = hint ?? hints[outcome]?.(name, change.kind === 'env' ? 'env set' : 'deploy');
  if (change.kind === 'env' && outcome === 'done') {
    const set = `its secrets are set, generation ${change.secrets?.generation}`;
    return { state: `${name} serves nothing yet: ${set}. The first deploy takes them.` };
  }
  return { state: /[.!?]$/.test(said) ? said : `${said}.`, ...(next ? { hint: next } : {}) };
}

/** Whoever comes next is told what the guard of a change had to do. */
export const guardedInWords = ({ kind, release, by, time, why, state }: Guarded): string =>
  `the last ${kind}, of ${release} by ${by}, was undone by its guard at ${time}: ${why}; ${state}`;

const hints: Partial<Record<RunReply['outcome'], (node: string, command: string) => string>> = {
  undone: (node, command) => `Look: conc logs ${node} · conc log ${node}. Again, once mended: conc ${command} ${node}`,
  failed: (node, command) => `Again, once mended: conc ${command} ${node}`,
  broken: (node) => `Look: conc status ${node}. Then: conc abandon ${node}, or conc continue ${node}`,
  halted: (node) => `Go on: conc continue ${node} · give it up: conc abandon ${node}`,
};
