import { quote } from './shell.ts';
import type { Change, Op } from './types.ts';

/** Writes a new generation of the application's secrets. Values are no part of its request: it asks for them when it runs. */
export const env: Op = {
  name: 'env',
  request: ({ release, secrets, by }) => ({
    generation: secrets?.generation ?? 0,
    base: secrets?.base ?? null,
    set: secrets?.set ?? [],
    unset: secrets?.unset ?? [],
    by: by ?? release.by,
    release: secrets?.source == null ? null : release.id,
  }),
  changes: ({ secrets }) =>
    secrets === undefined
      ? []
      : [
          {
            kind: 'file',
            path: `env/${secrets.generation}.json`,
            action: 'add',
            note: generationText(secrets.generation, secrets.names),
          },
        ],
  byHand: (change) => [`# ${quote(change.survey.root)}/env is conc's own: conc env set, with the values on a pipe`],
  putBack: (change: Change) => [`rm ${quote(change.survey.root)}/env/${change.secrets?.generation ?? 0}.json`],
};

/** `generation 3: DATABASE_URL, SECRET_KEY` */
export const generationText = (generation: number, names: readonly string[]): string =>
  `generation ${generation}: ${names.join(', ') || 'no names'}`;
