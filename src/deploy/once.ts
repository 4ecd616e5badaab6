import type { Bundle } from '../bundle/types.ts';
import type { NodeSettings } from '../config/types.ts';
import { ConcError } from '../errors/conc-error.ts';
import type { Survey } from '../release/types.ts';
import type { FrozenJob } from '../sequence/types.ts';

/** Which of the nodes runs the jobs that run on one node only. */
export interface Once {
  /** null: they ran already, on a node that is not deployed now; or there are none. */
  readonly node: string | null;
  /** The nodes in the order in which they are changed: that one first, because the others stand on what it did. */
  readonly order: readonly NodeSettings[];
}

/**
 * `once = yes` says which; a node that is deployed alone is it, where no other one says so.
 * ConcError `once.several` (exit 2); `once.nobody`, `once.not-yet` (BLOCKED, exit 3).
 * @param nodes those that are deployed together
 * @param everyNode of conc.ini: evaluated only where it matters
 * @param look a node as it is now
 */
export async function chooseOnce(
  nodes: readonly NodeSettings[],
  everyNode: () => readonly NodeSettings[],
  bundle: Pick<Bundle, 'id' | 'manifest'>,
  look: (settings: NodeSettings) => Promise<Survey>,
): Promise<Once> {
  const jobs = bundle.manifest.sequence.filter(({ phase }) => phase === 'once').map(({ name }) => name);
  if (jobs.length === 0) return { node: null, order: nodes };
  const [claimed, ...more] = nodes.filter(({ once }) => once);
  if (more.length > 0) throw several([claimed, ...more]);
  if (claimed !== undefined)
    return { node: claimed.name, order: [claimed, ...nodes.filter((each) => each !== claimed)] };
  const elsewhere = everyNode().filter(({ once }) => once);
  const [only] = nodes;
  if (elsewhere.length === 0) {
    if (only === undefined || nodes.length > 1) throw nobody(jobs, nodes);
    return { node: only.name, order: nodes };
  }
  for (const settings of elsewhere) {
    const { releases } = await look(settings);
    if (releases.some((each) => each.bundle === bundle.id && each.state === 'proven'))
      return { node: null, order: nodes };
  }
  throw notYet(jobs, elsewhere, nodes);
}

/** What a node runs of a sequence: jobs of the phase `once` on the one node only. */
export const sequenceFor = (node: string, sequence: readonly FrozenJob[], once: string | null): readonly FrozenJob[] =>
  sequence.filter(({ phase }) => phase !== 'once' || node === once);

const namesOf = (nodes: readonly (NodeSettings | undefined)[]): string =>
  nodes.flatMap((each) => each?.name ?? []).join(', ');

const several = (nodes: readonly (NodeSettings | undefined)[]): ConcError =>
  new ConcError({
    code: 'once.several',
    message: `${namesOf(nodes)} each say once = yes, and are deployed together`,
    hint: 'Write it into one [node NAME] only',
    state: 'nothing was changed',
    exit: 2,
  });

const nobody = (jobs: readonly string[], nodes: readonly NodeSettings[]): ConcError =>
  new ConcError({
    code: 'once.nobody',
    message: `BLOCKED: ${jobs.join(', ')} runs on one node only, and none of ${namesOf(nodes)} says once = yes`,
    hint: 'Write once = yes into one of them',
    state: 'nothing was changed',
    exit: 3,
  });

const notYet = (
  jobs: readonly string[],
  elsewhere: readonly NodeSettings[],
  nodes: readonly NodeSettings[],
): ConcError =>
  new ConcError({
    code: 'once.not-yet',
    message: `BLOCKED: ${jobs.join(', ')} runs on ${namesOf(elsewhere)}, and has not been run there for this bundle`,
    hint: `conc deploy ${namesOf(elsewhere)} first, or together with ${namesOf(nodes)}`,
    state: 'nothing was changed',
    exit: 3,
  });
