import { setTimeout as sleep } from 'node:timers/promises';
import type { Bundle } from '../bundle/types.ts';
import type { NodeSettings } from '../config/types.ts';
import type { ChangeOptions } from '../deploy/change-node.ts';
import { deployNode } from '../deploy/deploy.ts';
import { resumeNode } from '../deploy/resume.ts';
import { ConcError } from '../errors/conc-error.ts';
import type { NodeEvent } from '../report/events.ts';

/** Milliseconds between two tries, and tries, while another conc makes the same environment. */
const EVERY = 500;
const TRIES = 240;

/**
 * Brings a bundle's wheels into service in the near root, as a deploy does on a node; a moment where they are already.
 * The root is conc's own: what another conc does there is waited for, what one left unfinished is given up.
 * @returns the id of the release
 */
export async function furnish(
  settings: NodeSettings,
  bundle: Bundle,
  { by, conc }: { readonly by: string; readonly conc: string },
): Promise<string> {
  const options: ChangeOptions = {
    emit: () => {},
    control: { subscribe: () => () => {} },
    ...{ ask: undefined, until: null, step: null, skip: {}, bundle, by, conc },
    near: () => Promise.reject(new Error('an environment of devops code has no jobs of its own')),
    sudo: async () => null,
  };
  for (let tries = 1; ; tries += 1) {
    const end = await deployNode(settings, bundle, { once: null }, options);
    if ((end.outcome === 'proven' || end.outcome === 'stopped') && end.release !== null) return end.release;
    const left = end.error?.code === 'change.interrupted' || end.error?.code === 'change.halted';
    if (left) await resumeNode(settings, 'abandon', options);
    else if (end.error?.code === 'change.running') await sleep(EVERY);
    else throw notMade(settings, end);
    if (tries === TRIES) throw notMade(settings, end);
  }
}

const notMade = ({ root }: NodeSettings, end: NodeEvent): ConcError =>
  new ConcError({
    code: 'near.not-made',
    message: `The environment of devops code on this machine could not be made: ${end.state}`,
    hint: `remove it, and try again: rm -r ${root}`,
    state: 'no node was changed',
    exit: end.outcome === 'blocked' ? 3 : 1,
  });
