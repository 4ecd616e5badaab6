import type { KeySpec } from '../types.ts';
import { POLICY } from './terms.ts';

/** The job `test_release`, and what conc's own checks of a node (`conc test NODE --builtin`) hold it to. */
export const testKeys: readonly KeySpec[] = [
  {
    key: 'test.levels',
    type: 'names',
    default: 'integration',
    meaning:
      'Which suites the job `test_release` runs: levels, commas or blanks between them. Of them those that run on the node.',
    ...POLICY,
  },
  {
    key: 'test.timeout',
    type: 'seconds',
    least: 0.1,
    default: '60',
    meaning: 'The limit of each test in `test_release`.',
    ...POLICY,
  },
  {
    key: 'check.ports',
    type: 'names',
    meaning:
      'TCP ports that may be listened on from outside, as `22, 80, 443`. Without it: ports are not checked. Those on loopback addresses never are.',
    ...POLICY,
  },
  {
    key: 'check.certificates',
    type: 'lines',
    meaning: 'Certificate files (PEM or DER) that must be readable and not near their end, one a line.',
    ...POLICY,
  },
  {
    key: 'check.certificates.days',
    type: 'integer',
    least: 0,
    default: '21',
    meaning: 'How many days before its end a certificate is told.',
    ...POLICY,
  },
  {
    key: 'check.disk',
    type: 'integer',
    least: 0,
    most: 100,
    default: '10',
    meaning: 'How many per cent of space and of inodes must be free where the root is.',
    ...POLICY,
  },
  {
    key: 'check.clock',
    type: 'seconds',
    least: 0.1,
    default: '5',
    meaning: "How far the node's clock may differ from the controller's.",
    ...POLICY,
  },
  {
    key: 'check.files',
    type: 'lines',
    meaning:
      'What files that root alone may read must hold, one `PATH = VALUE` a line: `/sys/module/xt_recent/parameters/ip_list_tot = 35`. Read by sudo.',
    ...POLICY,
  },
  {
    key: 'check.sudo',
    type: 'lines',
    meaning: 'Rules that `sudo -l` must list for the deploying user, one a line, as it shows them; and no others.',
    ...POLICY,
  },
];
