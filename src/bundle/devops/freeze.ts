import type { NodeSettings } from '../../config/types.ts';
import { ConcError } from '../../errors/conc-error.ts';
import type { FrozenJob } from '../../sequence/types.ts';
import { canonicalText, sha256 } from '../digest.ts';
import type { Interpreter } from '../interpreters.ts';
import type { ApplicationSequence, Bundle } from '../types.ts';

/** What reads an application's list of jobs, in an environment made of the wheels that are about to be bundled. */
export type Freeze = (request: FreezeRequest) => Promise<readonly FrozenJob[]>;

export interface FreezeRequest {
  readonly source: Pick<Bundle, 'manifest' | 'tools' | 'contents' | 'open'>;
  readonly sequence: { readonly module: string; readonly attribute: string };
  readonly code: Readonly<Record<string, string>>;
  readonly interpreters: readonly Interpreter[];
}

/** Where the sequence of the nodes' bundle is; null: it is conc's default. A bundle has one sequence for all of them. */
export function sequenceOf(nodes: readonly NodeSettings[]): FreezeRequest['sequence'] | null {
  const named = new Map(nodes.map(({ jobs }) => [jobs === null ? '' : `${jobs.module}:${jobs.attribute}`, jobs]));
  if (named.size <= 1) return [...named.values()][0] ?? null;
  const each = [...named.keys()].map((name) => (name === '' ? 'the default' : name)).join(', ');
  throw new ConcError({
    code: 'build.sequences',
    message: `The nodes have different sequences: ${each}`,
    hint: 'A bundle has one sequence: write devops.jobs into [DEFAULT]',
    exit: 2,
  });
}

/** Its place in a manifest, and the text of `devops.json`. */
export function describeSequence(
  sequence: FreezeRequest['sequence'],
  code: FreezeRequest['code'],
): { readonly application: ApplicationSequence; readonly text: string } {
  const text = canonicalText(code);
  return { application: { ...sequence, code: sha256(text) }, text };
}
