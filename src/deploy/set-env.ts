import type { NodeSettings } from '../config/types.ts';
import { applicationStep } from '../ops/application.ts';
import { builtinOps } from '../ops/builtin.ts';
import { hasStatic } from '../ops/static.ts';
import { planChange } from '../plan/plan.ts';
import type { NodeEvent } from '../report/events.ts';
import type { Variables } from '../secrets/variables.ts';
import { envSequence } from '../sequence/env.ts';
import { withStatic } from '../sequence/static.ts';
import { type ChangeOptions, changeNode } from './change-node.ts';
import { envChange } from './compose-env.ts';

export interface EnvWish {
  readonly set: Variables;
  readonly unset: readonly string[];
}

/** Sets secrets of the application on a node, or takes them away: a change like a deploy, that needs no bundle. */
export const setEnv = (settings: NodeSettings, { set, unset }: EnvWish, options: ChangeOptions): Promise<NodeEvent> =>
  changeNode(
    settings,
    async (open) => {
      const change = await envChange(open, { set: [...set.keys()], unset }, options.by, new Date());
      const ops = { builtin: builtinOps, application: applicationStep };
      return planChange(change, withStatic(envSequence(change.secrets?.source != null), hasStatic(open.settings)), ops);
    },
    { ...options, bundle: null, values: async () => set },
  );
