import { quote } from './shell.ts';
import type { Op } from './types.ts';

/** Points `current`, and what launchers start, at the release: by one rename(2) each. */
export const switchCurrent: Op = {
  name: 'switch',
  request: ({ from, release }) => ({ from, to: release.id }),
  changes: ({ from, release, survey }) =>
    survey.current === release.id
      ? []
      : [
          { kind: 'link', path: 'current', before: from, after: release.id },
          { kind: 'file', path: 'serving.json', action: from === null ? 'add' : 'change', note: `to ${release.id}` },
        ],
  byHand: ({ survey, from, release }) => pointAt(survey.root, from, release.id),
  putBack: ({ survey, from, release }) =>
    from === null
      ? [`rm ${quote(survey.root)}/current ${quote(survey.root)}/serving.json`]
      : pointAt(survey.root, release.id, from),
};

function pointAt(root: string, from: string | null, to: string): string[] {
  const serving = JSON.stringify({ from, to, boot: null, confirmed: true });
  return [
    `cd ${quote(root)}`,
    `echo ${quote(serving)} > .serving.json && mv .serving.json serving.json`,
    `ln -s releases/${to} .current && mv -T .current current`,
  ];
}
