import type { SuiteEntry } from '../bundle/types.ts';
import type { Change, Op } from './types.ts';

/** Runs suites in the new release, on the node: what does not pass is not switched to. Their files are added when it is sent. */
export const testRelease: Op = {
  name: 'test_release',
  request: (change) => ({
    suites: chosen(change).map((suite) => ({ ...suite, only: [] })),
    builtin: false,
    limit: change.settings.tests.timeout,
    ncd: { ...change.settings.attributes, root: change.survey.root },
    node: change.settings.name,
    sudo: chosen(change).some(({ sudo }) => sudo),
    sudoCommands: [],
  }),
  changes: (change) =>
    chosen(change).map(({ module, level }) => ({ kind: 'reads', what: `runs ${module} (${level})` })),
  sudo: (change) => chosen(change).some(({ sudo }) => sudo),
  byHand: (change) => {
    const folder = `${change.survey.root}/releases/${change.release.id}`;
    return chosen(change).map(
      ({ module, framework }) =>
        `${folder}/venv/bin/python -m ${framework} ${module}   # once it serves: conc test ${change.settings.name} ${module}`,
    );
  },
  putBack: () => [],
};

/** Those of the levels that `test.levels` names, but for suites of the controller. */
const chosen = ({ settings, suites = [] }: Change): readonly SuiteEntry[] =>
  suites.filter(({ level, where }) => where !== 'near' && settings.tests.levels.includes(level));
