import type { Bundle } from '../bundle/types.ts';
import type { NodeSettings } from '../config/types.ts';
import { applicationStep } from '../ops/application.ts';
import { builtinOps } from '../ops/builtin.ts';
import { type Ops, type Plan, planChange } from '../plan/plan.ts';
import { chooseRollback } from '../release/choose.ts';
import type { NodeEvent } from '../report/events.ts';
import { rollbackSequence } from '../sequence/rollback.ts';
import { type ChangeOptions, changeNode } from './change-node.ts';
import { deployChange, rollbackChange } from './compose.ts';
import type { OpenNode } from './open.ts';

const ops: Ops = { builtin: builtinOps, application: applicationStep };

/** What a deploy of the bundle means for this node: nothing is changed by asking. */
export const planDeploy = (open: OpenNode, bundle: Bundle, by: string): Plan =>
  planChange(deployChange(open, bundle, by, new Date()), bundle.manifest.sequence, ops);

/** What going back means for this node; `named` is a release id or its beginning. */
const planRollback = (open: OpenNode, named: string | undefined): Plan =>
  planChange(rollbackChange(open, chooseRollback(open.settings.name, open.survey, named)), rollbackSequence, ops);

export const deployNode = (settings: NodeSettings, bundle: Bundle, options: ChangeOptions): Promise<NodeEvent> =>
  changeNode(settings, (open) => planDeploy(open, bundle, options.by), { ...options, bundle });

export const rollbackNode = (
  settings: NodeSettings,
  named: string | undefined,
  options: ChangeOptions,
): Promise<NodeEvent> => changeNode(settings, (open) => planRollback(open, named), options);
