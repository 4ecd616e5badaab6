import type { ServiceKind } from '../config/types.ts';
import { ConcError } from '../errors/conc-error.ts';
import type { Facts } from '../gateway/types.ts';
import { targetOf } from './targets.ts';
import type { Bundle, TargetSpec, ToolSet, WheelEntry } from './types.ts';

/** The wheels of a bundle that this node gets. ConcError `bundle.no-target` (exit 3) where it was built for no such node. */
export function wheelsFor(bundle: Pick<Bundle, 'manifest'>, facts: Facts): readonly WheelEntry[] {
  const { name } = targetFor(bundle.manifest.targets, facts);
  return bundle.manifest.wheels.filter(({ targets }) => targets.includes(name));
}

/** The tools that this node's kind of service needs, each with the wheels of this node; none but for `service = supervisord`. */
export function toolsFor(
  bundle: Pick<Bundle, 'manifest' | 'tools'>,
  facts: Facts,
  service: ServiceKind,
): readonly ToolSet[] {
  if (service !== 'supervisord') return [];
  const { name } = targetFor(bundle.manifest.targets, facts);
  const sets = bundle.tools.filter((set) => set.name === 'supervisor');
  if (sets.length > 0) {
    return sets.map((set) => ({ ...set, wheels: set.wheels.filter(({ targets }) => targets.includes(name)) }));
  }
  throw new ConcError({
    code: 'bundle.no-tools',
    message: 'The node has service = supervisord, and this bundle was built without supervisor',
    hint: 'Lock and build it again with that node in conc.ini: conc lock && conc build',
    exit: 2,
  });
}

/** The target that a node is of. Of several the one with the newest libc: its wheels are the most specific. */
function targetFor(targets: readonly TargetSpec[], facts: Facts): TargetSpec {
  const node = targetOf(facts, facts.hostname);
  const fitting = targets.filter((target) => misfit(target, node) === null);
  const newest = fitting.toSorted((a, b) => compareLibc(b, a))[0];
  if (newest !== undefined) return newest;
  throw new ConcError({
    code: 'bundle.no-target',
    message: `This bundle doesn't fit the node, which is ${inWords(node)}`,
    evidence: targets.map((target) => `built for ${target.name}: ${misfit(target, node)}`),
    hint: 'Record what the node is, then lock and build for it too: conc check NODE --record && conc lock && conc build',
    state: 'nothing was changed',
    exit: 3,
  });
}

/** Why a target's wheels don't run on a node; null: they do. */
function misfit(target: TargetSpec, node: TargetSpec): string | null {
  const [wants, has] = [target, node].map(interpreter);
  if (wants !== has) return `it needs ${wants}, the node has ${has}`;
  if (target.machine !== node.machine) return `it is for ${target.machine}, the node is ${node.machine}`;
  if (target.platform !== node.platform) return `it is for ${target.platform}, the node is ${node.platform}`;
  if (target.libc.kind !== node.libc.kind) return `it is for ${target.libc.kind}, the node has ${node.libc.kind}`;
  if (compareLibc(target, node) <= 0) return null;
  return `it needs ${target.libc.kind} ${target.libc.version?.join('.')}, the node has ${node.libc.version?.join('.')}`;
}

const interpreter = ({ implementation, python, freeThreaded, abiflags }: TargetSpec): string =>
  [
    implementation,
    python.slice(0, 2).join('.'),
    ...(freeThreaded ? ['free-threaded'] : []),
    ...(abiflags.includes('d') ? ['debug'] : []),
  ].join(' ');

function compareLibc(a: TargetSpec, b: TargetSpec): number {
  const [[aMajor, aMinor], [bMajor, bMinor]] = [a.libc.version ?? [0, 0], b.libc.version ?? [0, 0]];
  return aMajor - bMajor || aMinor - bMinor;
}

function inWords(node: TargetSpec): string {
  return `${interpreter(node)} on ${node.machine} with ${node.libc.kind} ${node.libc.version?.join('.') ?? ''}`.trim();
}
