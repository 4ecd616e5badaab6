import { whyWhole } from '../bundle/apart.ts';
import type { Bundle } from '../bundle/types.ts';
import type { NodeSettings } from '../config/types.ts';
import { noWishes } from '../etc/compare.ts';
import type { EtcWishes } from '../etc/types.ts';
import { applicationStep } from '../ops/application.ts';
import { builtinOps } from '../ops/builtin.ts';
import { hasStatic } from '../ops/static.ts';
import { type Ops, type Plan, planChange } from '../plan/plan.ts';
import { chooseRollback, isNamed } from '../release/choose.ts';
import { checkSchema } from '../release/schema.ts';
import type { NodeEvent } from '../report/events.ts';
import { withEtc } from '../sequence/etc.ts';
import { rollbackSequence } from '../sequence/rollback.ts';
import { withStatic } from '../sequence/static.ts';
import { type ChangeOptions, changeNode } from './change-node.ts';
import { deployChange, rollbackChange } from './compose.ts';
import { type IfInterrupted, ifInterrupted } from './if-interrupted.ts';
import { sequenceFor } from './once.ts';
import type { OpenNode } from './open.ts';
import { pinnedDifferences } from './pinned.ts';

const ops: Ops = { builtin: builtinOps, application: applicationStep };

const kinds = { deploy: 'a deploy', rollback: 'a rollback', env: 'a change of secrets' } as const;

export interface DeployWish {
  /** Who runs what runs on one node. */
  readonly once: string | null;
  readonly acceptDrift?: boolean;
  /** Of files of the machine's configuration that someone else changed. */
  readonly etc?: EtcWishes;
  /** Tell how files differ, line by line. */
  readonly diff?: boolean;
  /** Look into the lists of all wheels too, for what nothing else tells beforehand. */
  readonly lists?: boolean;
}

/** What a deploy of the bundle means for this node: nothing is changed by asking. */
export async function planDeploy(open: OpenNode, bundle: Bundle, by: string, wish: DeployWish): Promise<Plan> {
  const look = { wishes: wish.etc ?? noWishes, content: wish.diff === true };
  const change = await deployChange(open, bundle, by, new Date(), look);
  const sequence = sequenceFor(open.settings.name, bundle.manifest.sequence, wish.once);
  const asked = wish.lists === true && open.settings.sharesVendors;
  const whole = asked ? { whyWhole: await whyWhole(bundle, change.wheels) } : {};
  return planChange(
    { ...change, ...whole, acceptDrift: wish.acceptDrift === true },
    withStatic(withEtc(sequence, change.etc !== undefined), hasStatic(open.settings)),
    ops,
  );
}

export const deployNode = (
  settings: NodeSettings,
  bundle: Bundle,
  wish: DeployWish,
  options: ChangeOptions & { readonly ifInterrupted?: IfInterrupted },
): Promise<NodeEvent> =>
  changeNode(settings, (open) => planDeploy(open, bundle, options.by, wish), {
    ...options,
    bundle,
    interrupted: ifInterrupted(options.ifInterrupted ?? 'fail', { ...options, bundle }, (_open, change) => [
      ...(change.kind === 'deploy' ? [] : [`it is ${kinds[change.kind]}, and this is a deploy`]),
      ...pinnedDifferences(change, { bundle, settings }),
    ]),
  });

export interface RollbackWish {
  /** A release id or its beginning; undefined: the last proven one before the current. */
  readonly named: string | undefined;
  /** Go back past a migration that is not declared compatible. */
  readonly acceptSchema: boolean;
  /** Go back to it though someone changed its files. */
  readonly acceptDrift: boolean;
  /** Of files of the machine's configuration that someone else changed. */
  readonly etc: EtcWishes;
}

/** What going back means for this node. */
async function planRollback(open: OpenNode, { named, acceptSchema, acceptDrift, etc }: RollbackWish): Promise<Plan> {
  const { name } = open.settings;
  const target = chooseRollback(name, open.survey, named);
  checkSchema(name, open.survey, target, acceptSchema);
  const change = await rollbackChange(open, target, { wishes: etc, content: false });
  const sequence = withStatic(withEtc(rollbackSequence, change.etc !== undefined), hasStatic(open.settings));
  return planChange({ ...change, acceptDrift }, sequence, ops);
}

export const rollbackNode = (
  settings: NodeSettings,
  wish: RollbackWish,
  options: ChangeOptions & { readonly ifInterrupted?: IfInterrupted },
): Promise<NodeEvent> =>
  changeNode(settings, (open) => planRollback(open, wish), {
    ...options,
    interrupted: ifInterrupted(options.ifInterrupted ?? 'fail', options, (_open, { kind, release }) => [
      ...(kind === 'rollback' ? [] : [`it is ${kinds[kind]}, and this is a rollback`]),
      ...(wish.named === undefined || isNamed(release, wish.named) ? [] : [`it goes to ${release}`]),
    ]),
  });
