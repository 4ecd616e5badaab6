import { canonicalText, digestOf } from '../bundle/digest.ts';
import type { Interpreter } from '../bundle/interpreters.ts';
import { supportedTags } from '../bundle/standards/tags.ts';
import { bestWheel } from '../bundle/standards/wheel-name.ts';
import type { Bundle, WheelEntry } from '../bundle/types.ts';
import { defaultSequence } from '../sequence/default.ts';

/** Wheels from which a near end can be made: a bundle's, or those that are about to become one. */
export type WheelSource = Pick<Bundle, 'manifest' | 'tools' | 'contents' | 'open'>;

/** What the near end runs on, and what it lacks: wheels of another platform, which devops code has to do without. */
export interface NearBundle {
  readonly bundle: Bundle;
  readonly python: string;
  readonly missing: readonly string[];
}

/** Jobs that make a near end: it serves nothing, so nothing is restarted or asked for its health. */
const jobs = ['deliver', 'install', 'switch', 'confirm', 'prune'];

/**
 * A bundle for this machine: of the wheels of another those that run on the first of the interpreters for which all are
 * there, else on the first one, whatever is missing then; and what devops code needs besides.
 */
export function nearBundle(source: WheelSource, interpreters: readonly Interpreter[]): NearBundle | null {
  const candidates = interpreters.map((interpreter) => ({ interpreter, ...fittingWheels(source, interpreter) }));
  const chosen = candidates.find(({ missing }) => missing.length === 0) ?? candidates[0];
  if (chosen === undefined) return null;
  const { interpreter, wheels, missing } = chosen;
  const target = { ...interpreter.spec, nodes: [] };
  // It has no configuration of a machine: a changed file of that makes no other environment.
  const { etc: _, ...manifested } = source.manifest;
  const manifest = {
    ...manifested,
    targets: [target],
    wheels: wheels.map((wheel) => ({ ...wheel, targets: [target.name] })),
    sequence: defaultSequence.filter(({ name }) => jobs.includes(name)),
  };
  const bundle: Bundle = {
    path: '',
    id: digestOf(manifest),
    manifest,
    provenance: { commit: null, dirty: false, builder: '', host: '', built: '', conc: '', inputs: '' },
    tools: [],
    contents: (wheel) => source.contents(wheel),
    contentsText: async (wheel) => canonicalText(await source.contents(wheel)),
    open: (wheel) => source.open(wheel),
    devopsCode: async () => ({}),
    etcFile: async () => Buffer.alloc(0),
    testFiles: async () => ({ wheel: {}, project: {} }),
    close: async () => {},
  };
  return { bundle, python: interpreter.command, missing };
}

/** For each package the wheel that fits best; what devops code needs yields to what the application brings. */
function fittingWheels(
  { manifest, tools }: WheelSource,
  { spec }: Interpreter,
): { readonly wheels: readonly WheelEntry[]; readonly missing: readonly string[] } {
  const tags = supportedTags(spec);
  const devops = tools.filter(({ name }) => name === 'devops').flatMap(({ wheels }) => wheels);
  const all = Map.groupBy([...manifest.wheels, ...devops], ({ name }) => name);
  const wheels: WheelEntry[] = [];
  const missing: string[] = [];
  for (const [name, offered] of all) {
    const best = bestWheel(offered, tags);
    if (best === undefined) missing.push(name);
    else wheels.push(best);
  }
  return { wheels, missing };
}
