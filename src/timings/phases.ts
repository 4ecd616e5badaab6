import type { Recorded, RecordedCall } from './recorder.ts';
import type { ClockMapping, FarSpan, Figures, Phase, Sample } from './types.ts';

/** Calls by what they are to a person. */
const NAMES: Readonly<Record<string, string>> = { survey: 'inventory' };

/** The phases of a connection: they follow each other without a gap, so that their figures sum up to the whole. */
export function phasesOf(recorded: Recorded, mapping: ClockMapping | null): Phase[] {
  const { first, last, stages, calls } = recorded;
  const phases: Phase[] = [];
  let reached = first;
  const upTo = (sample: Sample, name: string, more: Partial<Phase> = {}): void => {
    if (sample.at < reached.at) return;
    phases.push({ name, side: 'here', ...between(reached, sample), parts: [], ...more });
    reached = sample;
  };
  const banner = stages.get('banner');
  const hello = stages.get('hello');
  const begun = calls.find((call) => call.begun !== undefined)?.begun;
  upTo(banner ?? last, 'connect', { parts: connectParts(first, banner, begun?.born ?? null, mapping) });
  if (banner !== undefined) upTo(hello ?? last, 'bootstrap', { node: begun?.cpu ?? null });
  for (const call of calls) {
    upTo(call.begin, 'here');
    upTo(call.end ?? last, NAMES[call.name] ?? call.name, callPhase(call, mapping));
  }
  const closing = stages.get('closing');
  if (closing !== undefined) upTo(closing, 'here');
  if (reached !== last) upTo(last, closing === undefined ? 'here' : 'goodbye');
  return phases;
}

/** What lies between two moments, as the controller counts. */
export const between = (from: Sample, to: Sample): Figures & { readonly start: number } => ({
  start: from.at,
  wall: to.at - from.at,
  here: to.cpu - from.cpu,
  node: null,
  programs: null,
  sent: to.sent - from.sent,
  received: to.received - from.received,
  trips: to.trips - from.trips,
});

/** Where the node says when its interpreter was started, the way there is told from the interpreter's own start. */
function connectParts(
  first: Sample,
  banner: Sample | undefined,
  born: number | null,
  mapping: ClockMapping | null,
): Phase[] {
  if (banner === undefined || born === null || mapping === null) return [];
  const at = Math.min(Math.max(born + mapping.offset, first.at), banner.at);
  const unknown = { here: null, node: null, programs: null, sent: null, received: null, trips: null };
  return [
    { name: 'log-in', side: 'here', start: first.at, wall: at - first.at, ...unknown, parts: [] },
    { name: 'interpreter', side: 'node', start: at, wall: banner.at - at, ...unknown, parts: [] },
  ];
}

/** A call's own figures on the node, and its parts there; those that are jobs have the controller's figures too. */
function callPhase({ spans, jobs }: RecordedCall, mapping: ClockMapping | null): Partial<Phase> {
  if (mapping === null) return {};
  const tree = treeOf(spans, mapping);
  const own = tree.find(({ depth }) => depth === 0)?.phase;
  const seen = [...jobs];
  const parts = (own?.parts ?? tree.map(({ phase }) => phase)).map((part): Phase => {
    const at = seen.findIndex(({ name, end }) => name === part.name && end !== undefined);
    const [job] = at < 0 ? [] : seen.splice(at, 1);
    if (job?.end === undefined) return part;
    const { here, sent, received, trips } = between(job.begin, job.end);
    return { ...part, here, sent, received, trips };
  });
  return { node: own?.node ?? null, programs: own?.programs ?? null, parts };
}

interface Placed {
  readonly depth: number;
  readonly phase: Phase;
}

/** Inner spans come before the one that they lie in. A span that never ended leaves its inner ones alone. */
function treeOf(spans: readonly FarSpan[], mapping: ClockMapping): Placed[] {
  const open: Placed[] = [];
  for (const { name, depth, start, end, cpu, programs } of spans) {
    const at = open.findIndex((other) => other.depth > depth);
    const parts = at < 0 ? [] : open.splice(at).map(({ phase }) => phase);
    const figures = { wall: end - start, here: null, node: cpu, programs, sent: null, received: null, trips: null };
    open.push({ depth, phase: { name, side: 'node', start: start + mapping.offset, ...figures, parts } });
  }
  return open;
}
