import { createReadStream } from 'node:fs';
import type { NodeSettings } from '../../config/types.ts';
import { devopsCode } from '../devops/code.ts';
import type { Freeze, FreezeRequest } from '../devops/freeze.ts';
import { describeSequence, sequenceOf } from '../devops/freeze.ts';
import type { Interpreter } from '../interpreters.ts';
import type { Locks } from '../lock/files.ts';
import type { Manifest, ToolSet, WheelEntry } from '../types.ts';
import type { Builders } from './builders.ts';
import type { GatheredWheel } from './gather.ts';
import { gather, wheelsOfLock } from './gather.ts';

/** What devops code needs besides the application, for the first interpreter of this machine: no node gets it. */
export async function gatherDevops(
  { devops }: Locks,
  [first]: readonly Interpreter[],
  builders: Builders,
): Promise<readonly GatheredWheel[]> {
  if (devops === null || first === undefined) return [];
  const gathered = await gather(await wheelsOfLock(devops.lock, [first.spec], builders), [first.spec]);
  return gathered.map((each) => ({ ...each, entry: { ...each.entry, targets: [] } }));
}

export function devopsSet(wheels: readonly GatheredWheel[]): readonly ToolSet[] {
  return wheels.length === 0 ? [] : [{ name: 'devops', version: '', wheels: wheels.map(({ entry }) => entry) }];
}

interface Gathered {
  readonly wheels: readonly GatheredWheel[];
  readonly toolWheels: readonly GatheredWheel[];
  readonly tools: readonly ToolSet[];
}

/** The manifest with the application's own sequence, read in an environment of these wheels. */
export async function withSequence(
  { nodes, freeze }: { readonly nodes: readonly NodeSettings[]; readonly freeze: Freeze },
  draft: Manifest,
  gathered: Gathered,
  interpreters: readonly Interpreter[],
): Promise<{ readonly manifest: Manifest; readonly devops: string | null }> {
  const sequence = sequenceOf(nodes);
  const own = gathered.wheels.find(({ entry }) => entry.role === 'application');
  if (sequence === null || own === undefined) return { manifest: draft, devops: null };
  const code = await devopsCode({ ...own, file: own.entry.file }, sequence.module);
  const { application, text } = describeSequence(sequence, code);
  const jobs = await freeze({ source: bundleOf(draft, gathered), sequence, code, interpreters });
  return { manifest: { ...draft, sequence: jobs, application }, devops: text };
}

/** Wheels that lie in files, as a bundle would give them. */
function bundleOf(manifest: Manifest, { wheels, toolWheels, tools }: Gathered): FreezeRequest['source'] {
  const byDigest = new Map([...wheels, ...toolWheels].map((each) => [each.entry.sha256, each]));
  const found = ({ sha256: digest, file }: WheelEntry): GatheredWheel => {
    const wheel = byDigest.get(digest);
    if (wheel === undefined) throw new Error(`${file} was not gathered`);
    return wheel;
  };
  return {
    manifest,
    tools,
    contents: async (wheel) => found(wheel).contents,
    open: async (wheel) => createReadStream(found(wheel).path),
  };
}
