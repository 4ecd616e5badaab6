import { type KeySpec, SERVICE_KINDS } from '../types.ts';
import { CONNECTION, IDENTITY, NAME, POLICY, WORD } from './terms.ts';

/** The node, its application, and what conc keeps there. */
export const nodeKeys: readonly KeySpec[] = [
  {
    key: 'app',
    type: 'text',
    form: NAME,
    meaning: 'The name of the application, as its bundles carry it. Needed.',
    ...IDENTITY,
  },
  {
    key: 'root',
    type: 'path',
    meaning:
      "The folder on the node that holds everything of this application: releases, store, shared, state. Absolute or `~/…`; with `gateway = popen` also relative to conc.ini's folder. A folder of its own. Needed.",
    ...POLICY,
  },
  {
    key: 'gateway',
    type: 'choice',
    choices: ['ssh', 'popen'],
    default: 'ssh',
    meaning: 'How the node is reached: by OpenSSH, or as a child process on this machine (an embedded node).',
    ...CONNECTION,
  },
  {
    key: 'groups',
    type: 'names',
    meaning:
      'The groups whose keys the node takes, in that order, later ones over earlier ones: names between commas or on lines of their own. In a node, or in DEFAULT; not in a group. An empty list takes none.',
    ...POLICY,
  },
  {
    key: 'python',
    type: 'text',
    form: WORD,
    default: 'python3',
    meaning: 'The interpreter on the node that releases are made with: a path, or a name on its PATH. 3.8 or newer.',
    ...CONNECTION,
  },
  {
    key: 'service',
    type: 'choice',
    choices: SERVICE_KINDS,
    default: 'none',
    meaning:
      "Who starts the application's processes. `supervisord` comes with conc; `systemd` is the deploying user's own manager, which has to linger. Neither needs root rights. See `service.scope`. `initscript` is for machines without systemd: root runs scripts in /etc/init.d.",
    ...IDENTITY,
  },
  {
    key: 'service.scope',
    type: 'choice',
    choices: ['user', 'system'],
    default: 'user',
    meaning:
      "With `service = systemd`: units of the deploying user's own manager, or of the machine's, which root places and starts by sudo. With `service = supervisord`: conc's own, or the one that Debian's package `supervisor` has root start.",
    ...IDENTITY,
  },
  {
    key: 'service.user',
    type: 'text',
    form: { pattern: /^[A-Za-z_][A-Za-z0-9._-]*$/, words: "an account's name" },
    meaning:
      'The account that processes run as where root starts them; it has to be there, and is never root. Without it: the deploying user.',
    ...IDENTITY,
  },
  {
    key: 'packages',
    type: 'names',
    form: { pattern: /^[a-z0-9][a-z0-9+.-]+$/, words: 'names of Debian packages, such as libpq5 or redis-server' },
    meaning:
      'Debian packages that the application needs on the node, between commas or on lines of their own: `conc prepare` sees to them, and to those that it knows of by itself.',
    ...POLICY,
  },
  {
    key: 'keep',
    type: 'integer',
    least: 0,
    default: '5',
    meaning: 'How many proven releases stay on the node besides the current one. The last failed one stays too.',
    ...POLICY,
  },
  {
    key: 'protected',
    type: 'yes/no',
    default: 'no',
    meaning: "A change of this node asks for the node's name to be typed, or takes `--yes NODE`.",
    ...POLICY,
  },
  {
    key: 'once',
    type: 'yes/no',
    default: 'no',
    meaning:
      'This node runs the jobs that run on one node only. `yes` on exactly one of the nodes that are deployed together.',
    ...POLICY,
  },
  {
    key: 'bundle',
    type: 'path',
    meaning: 'Where the ops of an application open a bundle folder of their own, below the home folder.',
    later: true,
    ...POLICY,
  },
  {
    key: 'deliver',
    type: 'choice',
    choices: ['bundle'],
    default: 'bundle',
    meaning:
      "How the application gets to the node: the bundle's wheels over the gateway, only those that are new there.",
    ...POLICY,
  },
];
