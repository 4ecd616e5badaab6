import { quote } from './shell.ts';
import type { Change, Op } from './types.ts';

/** Collects the release's static files, and puts them beside those of other releases: new names only, the others at the switch. */
export const staticFiles: Op = {
  name: 'static',
  // A release that is gone back to has what was collected for it.
  request: ({ kind, settings: { static: files } }) => ({
    command: (kind !== 'rollback' && files.command) || null,
    folder: (kind !== 'rollback' && files.folder) || null,
    timeout: files.timeout,
  }),
  changes: ({ kind, release, settings: { static: files } }) => [
    ...(kind !== 'rollback' && files.command !== undefined
      ? [
          { kind: 'told' as const, text: `runs ${files.command}` },
          { kind: 'file' as const, path: `releases/${release.id}/static/`, action: 'add' as const },
        ]
      : []),
    {
      kind: 'file',
      path: 'shared/static/',
      action: 'add',
      note: 'names that are new; others are replaced at the switch',
    },
  ],
  byHand: ({ survey, release, settings: { static: files } }) => {
    const home = `${quote(survey.root)}/releases/${release.id}`;
    const shelf = `${quote(survey.root)}/shared/static`;
    const collect = `cd ${home} && CONC_STATIC=$PWD/static PATH=$PWD/venv/bin:$PATH ${files.command ?? ''}`;
    return files.command === undefined
      ? [`cp -rn ${home}/venv/lib/python3*/site-packages/${quote(files.folder ?? '')}/. ${shelf}`]
      : [collect, `cp -rn ${home}/static/. ${shelf}`];
  },
  putBack: () => ['# nothing: files that no release names are removed by prune'],
};

/** Has this node static files? */
export const hasStatic = ({ static: { command, folder } }: Change['settings']): boolean =>
  command !== undefined || folder !== undefined;
