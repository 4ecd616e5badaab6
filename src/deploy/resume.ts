import type { Bundle } from '../bundle/types.ts';
import type { NodeSettings } from '../config/types.ts';
import { ConcError } from '../errors/conc-error.ts';
import type { ChangeRecord, Guarded } from '../release/types.ts';
import type { NodeEvent } from '../report/events.ts';
import { attach } from './attach.ts';
import { blockedByChange } from './blocked.ts';
import type { ChangeOptions } from './change-node.ts';
import { drive } from './drive.ts';
import { logTo } from './log-to.ts';
import { type OpenNode, withNode } from './open.ts';
import { nodeEnd, nodeError, stopwatch } from './outcome.ts';
import { otherThanPinned, pinnedDifferences } from './pinned.ts';
import { reachAnew } from './reach.ts';
import { askSudo, KeptCode, refuseKeptCode } from './sudo.ts';
import { guardedInWords } from './words.ts';

export interface ResumeOptions extends ChangeOptions {
  /** What a person says of the next job: that it was done by hand, or is to be run again. */
  readonly said?: { readonly done: string } | { readonly again: string } | undefined;
  /** Finds the bundle that a change was begun with, where nobody named one. */
  readonly bundleOf?: (id: string) => Promise<Bundle | null>;
  /** Go on though conc.ini says otherwise by now. */
  readonly asBegun?: boolean;
  /** Which wish, if no person decides about this very change; the history tells it. */
  readonly because?: string;
}

/**
 * Goes on with a halted or interrupted change, or gives it up. What is to be done stands on the node, pinned when the
 * change began: nothing of the local project is read.
 */
export async function resumeNode(
  settings: NodeSettings,
  what: 'continue' | 'abandon',
  options: ResumeOptions,
  sentCode = false,
): Promise<NodeEvent> {
  const watch = stopwatch();
  const { name } = settings;
  const { ask, observe, ahead } = options;
  const opening = { log: logTo(options.emit, name), ask, observe, ahead, sentCode };
  try {
    return await withNode(settings, opening, async (open) => {
      const { change } = open.survey;
      if (what === 'abandon' || !isAlone(change)) return resumeSeen(open, what, options);
      const then = await attach(open, change, options);
      return 'event' in then ? then : resumeSeen(then, what, options);
    });
  } catch (error) {
    if (error instanceof KeptCode) return resumeNode(settings, what, options, true);
    if (!(error instanceof ConcError) || error.exit === 2) throw error;
    return nodeError(name, error, watch);
  }
}

async function resumeSeen(open: OpenNode, what: 'continue' | 'abandon', options: ResumeOptions): Promise<NodeEvent> {
  const { settings, survey } = open;
  const { change, current } = survey;
  if (change === null) throw nothingToResume(settings.name, what, current, survey.guarded);
  if (change.state === 'running') throw blockedByChange(settings.name, change);
  refuseOther(settings, change, what, options);
  const wanted = options.bundle === null && (change.needs.near || (what === 'continue' && change.needs.wheels));
  const found = wanted ? ((await options.bundleOf?.(change.bundle)) ?? null) : null;
  try {
    return await resumeOpen(open, change, what, { ...options, bundle: options.bundle ?? found });
  } finally {
    await found?.close();
  }
}

/** It runs, and its controller was lost. */
const isAlone = (change: ChangeRecord | null): change is ChangeRecord =>
  change?.state === 'running' && change.controller === 'lost';

/** The same of a node that is open, and of the very change that was seen there. */
export async function resumeOpen(
  open: OpenNode,
  change: ChangeRecord,
  what: 'continue' | 'abandon',
  options: ResumeOptions,
): Promise<NodeEvent> {
  const watch = stopwatch();
  const { name, root, service } = open.settings;
  await refuseKeptCode(open.session, change.needs.sudo[what].remote);
  if (what === 'continue' && change.conc !== options.conc) tellOtherVersion(name, change, options);
  // Who gives a change up to begin another has the other's bundle: its code is not what is to be undone.
  const own = options.bundle?.id === change.bundle ? options.bundle : null;
  const near = change.needs.near && own !== null ? await options.near(own) : null;
  const sudo = await askSudo(open, options.sudo, (where) => change.needs.sudo[what][where]);
  if (change.needs.application) open.session.push(['conc_agent.application.far']);
  const channel = open.session.call(what === 'continue' ? 'resume' : 'abandon', {
    ...{ root, service, by: options.by, because: options.because ?? null },
    expect: { release: change.release, since: change.since },
    ...{ until: options.until, step: options.step !== null },
    ...options.said,
  });
  const reply = await drive(channel, {
    node: name,
    ...options,
    near,
    sudo,
    reachAnew: () => reachAnew(open, options.ask),
  });
  return nodeEnd(open, watch, {
    outcome: reply.outcome,
    release: reply.release,
    version: null,
    current: reply.current,
    state: reply.outcome === 'proven' ? `${name} serves ${reply.current ?? reply.release}, proven.` : reply.state,
    ...(reply.hint ? { hint: reply.hint } : {}),
  });
}

/** It would not bring what is here: the bundle that is given, the attributes as they are by now. */
function refuseOther(
  settings: NodeSettings,
  change: ChangeRecord,
  what: 'continue' | 'abandon',
  { bundle, asBegun }: ResumeOptions,
): void {
  const { name } = settings;
  if (what === 'abandon' && !change.needs.near) return;
  const attributes = what === 'abandon' || asBegun === true ? null : change.attributes;
  const differences = pinnedDifferences({ ...change, attributes }, { bundle, settings });
  if (differences.length === 0) return;
  const given = bundle === null || bundle.id === change.bundle ? '' : ' --bundle FILE, the one that it was begun with';
  const hint =
    what === 'abandon'
      ? `give the bundle that it was begun with: conc abandon ${name} --bundle FILE`
      : `go on with it as it was begun: conc continue ${name} --as-begun${given} · give it up: conc abandon ${name}`;
  throw otherThanPinned(name, change, differences, hint);
}

/** The same protocol means the same requests: the node sees to that (`change.other-protocol`). */
const tellOtherVersion = (node: string, { conc }: ChangeRecord, { emit, conc: own }: ResumeOptions): void =>
  logTo(
    emit,
    node,
  )({ level: 'warning', name: 'conc', message: `the change was begun by conc ${conc}; this is ${own}` });

const nothingToResume = (node: string, what: string, current: string | null, guarded: Guarded | null): ConcError =>
  new ConcError({
    code: 'change.none',
    message: [
      `${node} has no change to ${what}: ${current === null ? 'nothing serves yet' : `${current} serves`}`,
      ...(guarded === null ? [] : [guardedInWords(guarded)]),
    ].join('\n'),
    state: 'nothing was changed',
    hint: `conc status ${node}`,
    exit: 1,
  });
