import type { Bundle } from '../bundle/types.ts';
import type { NodeSettings } from '../config/types.ts';
import { ConcError } from '../errors/conc-error.ts';
import { refuseBlocked } from '../etc/refuse.ts';
import type { Ask } from '../gateway/askpass.ts';
import type { Json } from '../gateway/types.ts';
import { type Plan, type PlannedJob, servesAlready } from '../plan/plan.ts';
import { surveyRoot } from '../release/survey.ts';
import type { ChangeRecord } from '../release/types.ts';
import type { Emit, NodeEvent } from '../report/events.ts';
import { checkNamed } from '../sequence/indispensable.ts';
import { applicationRequest, readApplicationCode } from './application.ts';
import { blockedByChange } from './blocked.ts';
import { refuseDrifted } from './drift.ts';
import { type Control, drive, type StepAnswer } from './drive.ts';
import type { AskValues } from './give-values.ts';
import { logTo } from './log-to.ts';
import type { NearSide } from './near.ts';
import { type Ahead, type Observe, type OpenNode, type OpenOptions, withNode } from './open.ts';
import { nodeEnd, nodeError, type Stopwatch, stopwatch } from './outcome.ts';
import { reachAnew } from './reach.ts';
import { withTests } from './release-tests.ts';
import { type AskSudo, askSudo, KeptCode, refuseKeptCode } from './sudo.ts';
import { guardedInWords, inWords } from './words.ts';

export interface ChangeOptions {
  readonly emit: Emit;
  readonly control: Control;
  readonly ask: Ask | undefined;
  /** Who asks: `deploy@build-3`. */
  readonly by: string;
  /** conc's own version. */
  readonly conc: string;
  /** Halt after this job. */
  readonly until: string | null;
  readonly bundle: Bundle | null;
  /** Asks before each job: a planned one, or its name where only the node knows more. null: they just run. */
  readonly step: ((job: PlannedJob | string) => Promise<StepAnswer>) | null;
  /** Jobs that are left out, and why. */
  readonly skip: Readonly<Record<string, string>>;
  /**
   * What comes of a change that was interrupted or halted there: the event that ends this command, or null where it is out
   * of the way. Absent: this one is BLOCKED by it.
   */
  readonly interrupted?: (open: OpenNode, change: ChangeRecord) => Promise<NodeEvent | null>;
  /** The near end for a bundle whose sequence has jobs on the controller: made when the first plan needs it. */
  readonly near: (bundle: Bundle) => Promise<NearSide>;
  readonly sudo: AskSudo;
  /** Gives values of the application's secrets, where the node asks for them. Absent: it gets none. */
  readonly values?: AskValues;
  readonly observe?: Observe | undefined;
  /** Nodes that were opened already. */
  readonly ahead?: Ahead | undefined;
}

/**
 * One node's change, from connecting to its end. What the node did is in the event; only mistakes of usage or
 * configuration (exit 2) are thrown.
 */
export async function changeNode(
  settings: NodeSettings,
  makePlan: (open: OpenNode) => Promise<Plan>,
  options: ChangeOptions,
): Promise<NodeEvent> {
  const watch = stopwatch();
  const { ask, observe, ahead } = options;
  let opening: OpenOptions = { log: logTo(options.emit, settings.name), ask, observe, ahead, change: true };
  for (let tries = 1; ; tries += 1) {
    try {
      return await withNode(settings, opening, (open) => attempt(open, makePlan, options, watch));
    } catch (error) {
      if (error instanceof KeptCode) {
        opening = { ...opening, sentCode: true };
        continue;
      }
      if (!(error instanceof ConcError) || error.exit === 2) throw error;
      // Someone changed the node between the look and the lock: look again, once.
      if (error.code !== 'change.moved' || tries === 2) return nodeError(settings.name, error, watch);
    }
  }
}

async function attempt(
  open: OpenNode,
  makePlan: (open: OpenNode) => Promise<Plan>,
  options: ChangeOptions,
  watch: Stopwatch,
): Promise<NodeEvent> {
  const { settings, session, survey } = open;
  if (survey.change !== null) {
    const ended = await settle(open, survey.change, options);
    if (ended !== null) return ended;
    const anew = await surveyRoot(session, settings.root, settings.service);
    return attempt({ ...open, survey: anew }, makePlan, { ...options, interrupted: blocked }, watch);
  }
  const plan = await makePlan(open);
  const { change } = plan;
  if (change.etc !== undefined) refuseBlocked(plan.node, change.etc.plan);
  const { bundle } = options;
  if (survey.guarded !== null)
    logTo(options.emit, settings.name)({ level: 'warning', name: 'conc', message: guardedInWords(survey.guarded) });
  checkNamed(
    plan.jobs.map(({ name }) => name),
    options,
  );
  await refuseKeptCode(session, sudoNeeds(plan, 'remote'));
  announce(plan, options);
  if (servesAlready(change)) {
    if (change.acceptDrift !== true) await refuseDrifted(open, change.release);
    const state = `${settings.name} serves ${change.release.id} (${change.release.version}) already: nothing was changed.`;
    return nodeEnd(open, watch, {
      outcome: 'stopped',
      release: change.release.id,
      version: change.release.version,
      state,
    });
  }
  // Sent ahead of the call that imports them: no round trip for each.
  session.push(plan.jobs.map(({ op }) => `conc_agent.ops.${op}`));
  const code = bundle === null ? null : await readApplicationCode(bundle);
  const application = applicationRequest(plan, code);
  if (application !== null) session.push(['conc_agent.application.far']);
  const near = bundle !== null && plan.jobs.some(({ op }) => op === 'near') ? await options.near(bundle) : null;
  const sudo = await askSudo(open, options.sudo, (where) => sudoNeeds(plan, where));
  const channel = session.call('run', { ...runRequest(await withTests(plan, bundle), options), application });
  const { step } = options;
  const asked = step && ((name: string) => step(plan.jobs.find((job) => job.name === name) ?? name));
  const reach = () => reachAnew(open, options.ask);
  const reply = await drive(channel, { node: settings.name, ...options, near, sudo, step: asked, reachAnew: reach });
  if (reply.blocker) throw blockedByChange(settings.name, reply.blocker);
  return nodeEnd(open, watch, {
    outcome: reply.outcome,
    release: change.release.id,
    version: change.release.version,
    current: reply.current,
    ...inWords(open, plan, reply),
  });
}

/** A change that runs blocks every other; of one that nobody runs, `options` may say what comes of it. */
function settle(
  open: OpenNode,
  change: ChangeRecord,
  { interrupted = blocked }: ChangeOptions,
): Promise<NodeEvent | null> {
  return change.state === 'running' ? blocked(open, change) : interrupted(open, change);
}

async function blocked({ settings }: OpenNode, change: ChangeRecord): Promise<never> {
  throw blockedByChange(settings.name, change);
}

const runRequest = ({ change, jobs }: Plan, { by, conc, until, skip, step }: ChangeOptions): Record<string, Json> => ({
  root: change.settings.root,
  service: change.settings.service,
  change: {
    kind: change.kind,
    release: change.release.id,
    bundle: change.release.bundle,
    version: change.release.version,
    by,
    conc,
  },
  expect: {
    current: change.survey.current,
    next: change.survey.next,
    env: change.survey.env?.generation ?? null,
  },
  until,
  skip,
  step: step !== null,
  jobs: jobs.map(({ name, op, request, timeout, again, drop }) => ({ name, op, request, timeout, again, drop })),
});

/** What jobs need sudo for there, as shell words; none: one of them doesn't say, and it may be anything; null: no job does. */
function sudoNeeds({ jobs }: Plan, where: PlannedJob['where']): readonly string[] | null {
  const needing = jobs.filter((job) => job.sudo && job.where === where);
  if (needing.length === 0) return null;
  const known = needing.every((job) => job.sudoCommands.length > 0);
  return known ? [...new Set(needing.flatMap((job) => job.sudoCommands))] : [];
}

function announce({ change, jobs, node }: Plan, { emit }: ChangeOptions): void {
  const { release, from, survey, kind } = change;
  const former = survey.releases.find(({ id }) => id === from);
  emit({
    time: new Date().toISOString(),
    node,
    event: 'change',
    kind,
    app: release.app,
    version: release.version,
    bundle: release.bundle,
    release: release.id,
    serves: from === null ? null : { id: from, version: former?.version ?? '?' },
    jobs: jobs.map(({ name }) => name),
  });
}
