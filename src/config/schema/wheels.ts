import type { KeySpec } from '../types.ts';
import { IDENTITY, POLICY } from './terms.ts';

const WHEEL_PATH = {
  pattern: /^(?!\/)(?!.*(?:^|\/)\.{1,2}(?:\/|$))(?!.*\/\/)[^\\]+$/,
  words: 'lines such as shop/data/demo.key, or shop/tests/ for all below it',
};

/** How wheels come into a venv, and what is let through in them that conc would refuse or warn of. */
export const wheelKeys: readonly KeySpec[] = [
  {
    key: 'venv.vendors',
    type: 'choice',
    choices: ['linked', 'shared'],
    default: 'linked',
    meaning:
      "Where the vendors' wheels are: linked into each release's venv, which is then one whole tree; or, with `shared`, in one tree that all releases with the same vendors' wheels share, and that each venv adds to its `sys.path`. A deploy in which only the application changed then links tens of files, not thousands.",
    ...IDENTITY,
  },
  {
    key: 'allow.collisions',
    type: 'lines',
    form: {
      pattern: /^(?!\/)(?!.*(?:^|\/)\.{1,2}(?:\/|$))(?!.*\/\/)[^\\]+$/,
      words: 'lines such as site-packages/tests/__init__.py, or site-packages/tests/ for all below it',
    },
    meaning:
      'Where two wheels may put different content at one path, a line each: `site-packages/tests/__init__.py`, `bin/run`, or a whole folder with a slash at its end. The last wheel wins, by file name; build and install say so. Anywhere else such wheels are refused. Those of all nodes count, as one bundle serves them.',
    ...POLICY,
  },
  {
    key: 'allow.secrets',
    type: 'lines',
    form: WHEEL_PATH,
    meaning:
      "Files in the application's own wheel that look like secrets and are none, a path a line, or a whole folder with a slash at its end: `shop/tests/server.key`. Any other environment file or private key in it fails the build.",
    ...POLICY,
  },
  {
    key: 'allow.tests',
    type: 'lines',
    form: WHEEL_PATH,
    meaning:
      "Tests that are meant to be in the application's own wheel, written in the same way: `shop/tests/`. Of others `conc build` and `conc check` warn.",
    ...POLICY,
  },
];
