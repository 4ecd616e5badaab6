import type { KeySpec } from './types.ts';

/** Part of a name that ends up in paths, in argument lists and in a supervisor's config. */
const NAME = { pattern: /^[A-Za-z0-9][A-Za-z0-9._-]*$/, words: 'a name of letters, digits, ".", "_" and "-"' };
/** Nothing that ssh or a shell would take for an option or for two words. */
const WORD = { pattern: /^[^-\s]\S*$/, words: 'one word that does not begin with "-"' };
const WHEEL_PATH = {
  pattern: /^(?!\/)(?!.*(?:^|\/)\.{1,2}(?:\/|$))(?!.*\/\/)[^\\]+$/,
  words: 'lines such as shop/data/demo.key, or shop/tests/ for all below it',
};
const CONNECTION = { identity: false, secret: false } as const;
const POLICY = { identity: false, secret: false } as const;
const IDENTITY = { identity: true, secret: false } as const;

/**
 * Every key of conc's own: defaults, checks, suggestions, the choice of what is a release's identity, and the reference
 * page are made from this table alone. In `process.NAME.…` NAME stands for any name.
 */
export const schema: readonly KeySpec[] = [
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
    choices: ['none', 'supervisord'],
    default: 'none',
    meaning: "Who starts the application's processes. `supervisord` comes with conc and needs no root rights.",
    ...IDENTITY,
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
    later: true,
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
  {
    key: 'devops.jobs',
    type: 'text',
    form: {
      pattern: /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*$/,
      words: 'a module and the name of its list, such as shop.devops:jobs',
    },
    meaning: "The application's own list of jobs, as `module:name`. Without it: the default sequence.",
    later: true,
    ...POLICY,
  },
  {
    key: 'admin',
    type: 'text',
    form: { pattern: /^(?!-)[^\s@:]+$/, words: 'a user name' },
    meaning: 'The user to log in as. Without it: whatever ssh takes.',
    ...CONNECTION,
  },
  {
    key: 'op_key',
    type: 'text',
    form: NAME,
    meaning:
      "`op_key = X` is the key file `~/.ssh/id_rsa-X`; or `id_ed25519-X`, `id_ecdsa-X` if that is the one that's there.",
    ...CONNECTION,
  },
  {
    key: 'sshd.host',
    type: 'text',
    form: { pattern: /^(?!-)[^\s@]+$/, words: 'a host name or address without a user: the user is admin' },
    meaning: "The node's host name, or an alias in ssh's config. Needed for ssh, unless there is `sshd.ip`; not both.",
    ...CONNECTION,
  },
  {
    key: 'sshd.ip',
    type: 'text',
    form: { pattern: /^(\d{1,3}(\.\d{1,3}){3}|(?=.*:)[0-9A-Fa-f:.]+(%[A-Za-z0-9._-]+)?)$/, words: 'an IP address' },
    meaning: "The node's address, IPv4 or IPv6.",
    ...CONNECTION,
  },
  {
    key: 'sshd.port',
    type: 'integer',
    least: 1,
    most: 65535,
    meaning: 'Without it: whatever ssh takes, mostly 22.',
    ...CONNECTION,
  },
  {
    key: 'sshd.key',
    type: 'path',
    meaning:
      "The key file, or a public key whose private half an agent holds. `~` and paths relative to conc.ini's folder are understood. Wins over `op_key`.",
    ...CONNECTION,
  },
  {
    key: 'sshd.config',
    type: 'path',
    meaning:
      "A config file for ssh instead of the user's own. `~` and paths relative to conc.ini's folder are understood.",
    ...CONNECTION,
  },
  {
    key: 'sshd.jump',
    type: 'text',
    form: WORD,
    meaning: 'Jump hosts, as `ssh -J` takes them: `user@host:port`, several with commas.',
    ...CONNECTION,
  },
  {
    key: 'sshd.options',
    type: 'lines',
    form: { pattern: /^[A-Za-z][A-Za-z0-9]*=\S.*$/, words: 'lines such as ServerAliveInterval=10' },
    meaning:
      'Further options for ssh, `Name=value` each on a line. Host keys are always checked strictly, and no agent is forwarded: these two can not be set.',
    ...CONNECTION,
  },
  {
    key: 'sshd.persist',
    type: 'seconds',
    least: 0,
    meaning: 'How long a connection stays open for the next command.',
    later: true,
    ...CONNECTION,
  },
  {
    key: 'process.NAME.command',
    type: 'command',
    meaning:
      "What to run: words as a shell would split them, without a shell. The first is looked up in the release's `bin` first. Needed for each process.",
    ...IDENTITY,
  },
  {
    key: 'process.NAME.count',
    type: 'integer',
    least: 1,
    default: '1',
    meaning: 'How many of them.',
    ...IDENTITY,
  },
  {
    key: 'process.NAME.listen',
    type: 'text',
    form: {
      pattern: /^(unix:\/\S+|(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):\d{1,5})$/,
      words: '127.0.0.1:8000, [::1]:8000 or unix:/path',
    },
    meaning:
      'A listening socket that the service owns and hands over, so that a restart loses no request: `127.0.0.1:8000`, `[::1]:8000` or `unix:/path`.',
    ...IDENTITY,
  },
  {
    key: 'process.NAME.env',
    type: 'lines',
    form: { pattern: /^[A-Za-z_][A-Za-z0-9_]*=.*$/, words: 'lines such as DJANGO_SETTINGS_MODULE=shop.settings' },
    meaning: 'Its environment, `NAME=value` each on a line.',
    ...IDENTITY,
  },
  {
    key: 'process.NAME.stop_timeout',
    type: 'seconds',
    least: 0,
    default: '10',
    meaning: 'How long it has to end after SIGTERM, before it is killed.',
    ...IDENTITY,
  },
  {
    key: 'health.url',
    type: 'url',
    meaning:
      'What is asked after a restart: `http://…`, `https://…`, or a path such as `/healthz` of the first process that has a `listen`.',
    ...POLICY,
  },
  {
    key: 'health.status',
    type: 'integer',
    least: 100,
    most: 599,
    default: '200',
    meaning: 'The status that `health.url` answers with when all is well.',
    ...POLICY,
  },
  {
    key: 'health.command',
    type: 'command',
    meaning: "A command that is run in the release's environment; exit 0 is healthy.",
    ...POLICY,
  },
  { key: 'health.tries', type: 'integer', least: 1, default: '5', meaning: 'How often it is asked.', ...POLICY },
  {
    key: 'health.interval',
    type: 'seconds',
    least: 0,
    default: '1',
    meaning: 'The pause between two tries.',
    ...POLICY,
  },
  { key: 'health.timeout', type: 'seconds', least: 0.1, default: '5', meaning: 'For each try.', ...POLICY },
  {
    key: 'confirm.within',
    type: 'seconds',
    least: 1,
    default: '120',
    meaning: 'How long after the switch a release must be confirmed, or it is undone.',
    ...POLICY,
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
    key: 'sudo.password.command',
    type: 'command',
    meaning: 'A command on this machine that prints the sudo password, for where nobody can be asked.',
    later: true,
    identity: false,
    secret: true,
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
