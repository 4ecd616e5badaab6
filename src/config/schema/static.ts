import type { KeySpec } from '../types.ts';
import { IDENTITY, POLICY } from './terms.ts';

/** Static files, which a web server takes from `shared/static`. */
export const staticKeys: readonly KeySpec[] = [
  {
    key: 'static.command',
    type: 'command',
    meaning:
      'What collects them, run in the release before the switch: it leaves them in the folder that the variable `CONC_STATIC` names, `releases/<id>/static`. For Django, whose `STATIC_ROOT` is that folder: `python -m django collectstatic --noinput`.',
    ...IDENTITY,
  },
  {
    key: 'static.folder',
    type: 'text',
    form: {
      pattern: /^(?!\/)(?!.*(?:^|\/)\.{1,2}(?:\/|$))[^\\\s]+$/,
      words: 'a path such as shop/static/dist',
    },
    meaning:
      "Where they are in the release's `site-packages` as it is installed, where nothing has to collect them: `shop/static/dist`.",
    ...IDENTITY,
  },
  {
    key: 'static.timeout',
    type: 'seconds',
    least: 1,
    default: '300',
    meaning: 'How long `static.command` may take.',
    ...POLICY,
  },
];
