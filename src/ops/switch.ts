import { quote } from './shell.ts';
import type { Change, Effect, Op } from './types.ts';

/** Points `current`, and what launchers start, at the release: by one rename(2) each. */
export const switchCurrent: Op = {
  name: 'switch',
  request: ({ from, release }) => ({ from, to: release.id }),
  changes: ({ from, release, survey }) =>
    survey.current === release.id
      ? []
      : [
          ...otherSecrets(from, release, survey),
          { kind: 'link', path: 'current', before: from, after: release.id },
          { kind: 'file', path: 'serving.json', action: from === null ? 'add' : 'change', note: `to ${release.id}` },
        ],
  byHand: ({ survey, from, release }) => pointAt(survey.root, from, release.id),
  putBack: ({ survey, from, release }) =>
    from === null
      ? [`rm ${quote(survey.root)}/current ${quote(survey.root)}/serving.json`]
      : pointAt(survey.root, release.id, from),
};

/** A release that is on the node, gone back to or forth, brings the generation of secrets that belongs to it. */
function otherSecrets(
  from: string | null,
  { id }: Change['release'],
  { releases }: Change['survey'],
): readonly Effect[] {
  const known = releases.find((each) => each.id === id);
  const before = releases.find((each) => each.id === from)?.env ?? null;
  if (known === undefined || known.env === before) return [];
  return [{ kind: 'notice', text: `env: ${named(before)} → ${named(known.env)}` }];
}

const named = (generation: number | null): string => (generation === null ? 'none' : `generation ${generation}`);

function pointAt(root: string, from: string | null, to: string): string[] {
  const serving = JSON.stringify({ from, to, boot: null, confirmed: true });
  return [
    `cd ${quote(root)}`,
    `echo ${quote(serving)} > .serving.json && mv .serving.json serving.json`,
    `ln -s releases/${to} .current && mv -T .current current`,
  ];
}
