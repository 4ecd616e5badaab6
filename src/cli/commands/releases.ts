import { withNode } from '../../deploy/open.ts';
import type { ReleaseRecord, Survey } from '../../release/types.ts';
import { askAt } from '../ask.ts';
import type { CommonOptions, Define } from '../context.ts';
import { selectSettings } from '../select.ts';

export const define: Define = (command, context) => {
  command
    .argument('<node...>', 'names, @GROUP, or @all')
    .addHelpText(
      'after',
      `
Examples:
  conc releases web1            what is on the node: current, proven, unproven, failed
  conc releases @web --json     one object a line`,
    )
    .action(async (words: string[]) => {
      const options: CommonOptions = command.optsWithGlobals();
      const ask = askAt(context);
      for (const settings of selectSettings(words, options, context)) {
        const survey = await withNode(settings, { ask }, async (open) => open.survey);
        const releases = survey.releases.toReversed().map((release) => described(release, survey));
        if (options.json === true) context.out(JSON.stringify({ node: settings.name, releases }));
        else if (releases.length === 0) context.out(`${settings.name} has no releases yet`);
        else {
          for (const { id, state, version, since, by } of releases) {
            context.out(`${id.padEnd(16)} ${state.padEnd(9)} ${version.padEnd(12)} ${since}  ${by}`);
          }
        }
      }
    });
};

const described = ({ id, bundle, version, state, since, by, complete }: ReleaseRecord, survey: Survey) => ({
  id,
  bundle,
  version,
  state: id === survey.current ? 'current' : complete ? state : 'failed',
  since,
  by,
});
