import type { KeySpec } from '../types.ts';
import { POLICY } from './terms.ts';

/** What is locked. All of these must be the same for every node. */
export const lockKeys: readonly KeySpec[] = [
  {
    key: 'lock.requirements',
    type: 'names',
    meaning:
      "Requirements files, below conc.ini's folder, that say what the application needs, besides what its `pyproject.toml` or `setup.py` says. Without it: `requirements.txt`, or `requirements.in`, where there is no such project. All `lock.` keys must be the same for every node: write them into DEFAULT.",
    ...POLICY,
  },
  {
    key: 'lock.extras',
    type: 'names',
    meaning: 'Extras of the project whose requirements are locked too.',
    ...POLICY,
  },
  {
    key: 'lock.groups',
    type: 'names',
    meaning: 'Dependency groups of `pyproject.toml` (PEP 735) that are locked with the application.',
    ...POLICY,
  },
  {
    key: 'lock.devops',
    type: 'names',
    meaning:
      'What the devops code needs besides the application: dependency groups of `pyproject.toml`, or requirements files; locked to `pylock.devops.toml`, and never part of a release. Without it: the group `devops`, or `requirements-devops.txt` or `.in`, where there is one. An empty list takes none.',
    ...POLICY,
  },
];
