import { toolsFor, wheelsFor } from '../bundle/select.ts';
import type { Bundle } from '../bundle/types.ts';
import type { NodeSettings } from '../config/types.ts';
import { treeDigest } from '../etc/render.ts';
import { touchedByTree } from '../etc/touches.ts';
import type { Change } from '../ops/types.ts';
import { interpreterOf, releaseId } from '../release/identity.ts';
import type { ReleaseFile, ReleaseRecord } from '../release/types.ts';
import { refuseTwice } from './compose-env.ts';
import { type EtcLook, lookAtEtc, renderFor } from './etc.ts';
import type { OpenNode } from './open.ts';

/** The change that brings a bundle into service on a node. */
export async function deployChange(
  open: OpenNode,
  bundle: Bundle,
  by: string,
  now: Date,
  look: EtcLook,
): Promise<Change> {
  const { settings, session, survey } = open;
  const { facts } = session;
  const wheels = wheelsFor(bundle, facts);
  const tree = await renderFor(open, bundle);
  const etc = await lookAtEtc(open, { tree, release: null }, look);
  const digest = tree === null ? {} : { etc: treeDigest(tree) };
  const env = survey.env === null ? {} : { env: survey.env.generation };
  if (survey.env !== null)
    refuseTwice(
      settings.name,
      survey.env.names.map(({ name }) => name),
      processesOf(settings),
    );
  const interpreter = interpreterOf(facts);
  const identity = { bundle: bundle.id, attributes: settings.identity, interpreter, ...digest, ...env };
  const files = new Set(wheels.map(({ file }) => file));
  const release: ReleaseFile = {
    id: releaseId(identity, survey),
    bundle: bundle.id,
    app: bundle.manifest.app,
    version: bundle.manifest.version,
    created: now.toISOString(),
    by,
    attributes: identity.attributes,
    interpreter: identity.interpreter,
    wheels: wheels.map(({ sha256, name, version, role }) => ({ sha256, name, version, role })),
    processes: processesOf(settings),
    ...(settings.crons.length === 0 ? {} : { crons: cronsOf(settings) }),
    ...digest,
    ...env,
  };
  return {
    kind: 'deploy',
    settings,
    facts,
    survey,
    release,
    from: survey.current,
    wheels,
    tools: toolsFor(bundle, facts, settings.service),
    allow: bundle.manifest.allow ?? [],
    suites: bundle.manifest.tests?.suites ?? [],
    touches: [...new Set([...touchedBy(bundle), ...(etc === null ? [] : touchedByTree(etc.plan))])],
    ...(etc === null ? {} : { etc }),
    collisions: (bundle.manifest.collisions ?? []).filter((each) => each.wheels.every((file) => files.has(file))),
  };
}

/** The change that goes back to a release which is on the node already. Its processes are its own, from its release.json. */
export async function rollbackChange(open: OpenNode, target: ReleaseRecord, look: EtcLook): Promise<Change> {
  const { settings, session, survey } = open;
  const { facts } = session;
  const etc = await lookAtEtc(open, { tree: null, release: target.id }, look);
  return {
    kind: 'rollback',
    settings,
    facts,
    survey,
    release: {
      id: target.id,
      bundle: target.bundle,
      app: settings.app,
      version: target.version,
      created: target.since,
      by: target.by,
      attributes: settings.identity,
      interpreter: interpreterOf(facts),
      wheels: [],
      processes: processesOf(settings),
    },
    from: survey.current,
    wheels: [],
    tools: [],
    ...(etc === null ? {} : { etc, touches: touchedByTree(etc.plan) }),
  };
}

function touchedBy({ manifest }: Bundle): readonly string[] {
  return [...new Set(manifest.sequence.flatMap((job) => ('touches' in job ? job.touches : [])))];
}

const cronsOf = ({ crons }: NodeSettings): NonNullable<ReleaseFile['crons']> =>
  crons.map(({ name, command, env }) => ({ name: `cron-${name}`, command, env }));

const processesOf = (settings: NodeSettings): ReleaseFile['processes'] =>
  settings.processes.map(({ name, command, count, listen, env, ready, stopTimeout, drain, singleton }) => ({
    ...(settings.serviceUser === undefined ? {} : { user: settings.serviceUser }),
    name,
    command,
    count,
    listen: listen ?? null,
    env,
    ready,
    stopTimeout,
    drain,
    singleton,
  }));
