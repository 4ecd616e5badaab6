import type { Choice } from './processes.ts';
import type { PlannedProcess } from './types.ts';

export interface IniContent {
  readonly app: string;
  /** `python3`, or what else the node on this machine takes. */
  readonly python: string;
  readonly choice: Choice;
  /** null: no page is known that could be asked. */
  readonly health: string | null;
  /** Where jobs of the application's own would be listed; null: there is no place for them. */
  readonly jobs: string | null;
}

/** The text of a first conc.ini: a group with what is served, a node on this machine, and how a real one is added. */
export function concIni({ app, python, choice, health, jobs }: IniContent): string {
  const { processes, undecided } = choice;
  const group = processes.some(({ listen }) => listen !== null) || undecided.length > 0 ? 'web' : 'worker';
  return [
    `# What conc knows of ${app}'s nodes. Evaluated and explained: conc show here`,
    '[DEFAULT]',
    `app = ${app}`,
    ...(jobs === null ? [] : ['# For jobs of your own among those of conc:', `# devops.jobs = ${jobs}`]),
    '',
    `[group ${group}]`,
    `service = ${processes.length > 0 ? 'supervisord' : 'none'}`,
    ...processes.flatMap((process) => processLines(process, '')),
    ...choiceLines(undecided),
    ...(processes.length + undecided.length === 0 ? nothingFound : []),
    ...healthLines(processes, health),
    '',
    '# A directory of this machine, as if it were a machine of its own: no root rights, no sshd.',
    '[node here]',
    `groups = ${group}`,
    'gateway = popen',
    'root = ./.conc/nodes/here',
    ...(python === 'python3' ? [] : [`python = ${python}`]),
    '',
    '# A machine of yours: name it here, then conc trust web1, and conc check web1 --record.',
    '# [node web1]',
    `# groups = ${group}`,
    '# sshd.host = web1.example.org',
    '# root = ~/${app}',
    '',
  ].join('\n');
}

function processLines({ name, command, listen, why, more = [] }: PlannedProcess, mark: '' | '# '): string[] {
  return [
    `# ${why}`,
    // A dollar sign begins a substitution.
    `${mark}process.${name}.command = ${command.replaceAll('$', '$$$$')}`,
    ...(listen === null ? [] : [`${mark}process.${name}.listen = ${listen}`]),
    ...more.map((line) => (line.startsWith('#') ? line : `${mark}${line}`)),
  ];
}

function choiceLines(undecided: readonly PlannedProcess[]): string[] {
  if (undecided.length === 0) return [];
  return [
    '',
    '# There are several of these. Take the "# " away before the one that is to be served, and write',
    '# service = supervisord above.',
    ...undecided.flatMap((process) => processLines(process, '# ')),
  ];
}

const nothingFound = [
  '# Nothing was found that could be started. Write it here, and service = supervisord above:',
  '# process.web.command = gunicorn package.module:application',
  '# process.web.listen = 127.0.0.1:8000',
];

function healthLines(processes: readonly PlannedProcess[], health: string | null): string[] {
  if (!processes.some(({ listen }) => listen !== null)) return [];
  if (health !== null) return [`health.url = ${health.replaceAll('$', '$$$$')}`];
  return ['# A page that says whether the application is well; none was found.', '# health.url = /healthz'];
}
