import type { Bundle } from '../bundle/types.ts';
import type { NodeSettings } from '../config/types.ts';
import { chooseOnce, type Once } from '../deploy/once.ts';
import { withNode } from '../deploy/open.ts';
import { askAt } from './ask.ts';
import type { CliContext, CommonOptions } from './context.ts';
import { selectSettings } from './select.ts';

/** Which node runs the jobs that run on one node only; a node that isn't deployed now is looked at where it matters. */
export const onceFor = (
  nodes: readonly NodeSettings[],
  bundle: Bundle,
  options: CommonOptions,
  context: CliContext,
): Promise<Once> =>
  chooseOnce(
    nodes,
    () => selectSettings(['@all'], options, context),
    bundle,
    (settings) => withNode(settings, { ask: askAt(context) }, async ({ survey }) => survey),
  );
