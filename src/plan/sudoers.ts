import type { Plan, PlannedJob } from './plan.ts';
import { sudoersCommand } from './sudoers-command.ts';

/** What sudo has to allow on a node for the jobs of a plan, and no more. */
export interface LeastRules {
  /** Commands as a file of sudoers has them. */
  readonly rules: readonly { readonly runAs: string; readonly commands: readonly string[] }[];
  /** Jobs that declare sudo without saying what for. */
  readonly unknown: readonly string[];
  /** What can't stand in sudoers: it wants full paths. */
  readonly unusable: readonly { readonly job: string; readonly command: string }[];
  /** Jobs that need sudo on the controller. */
  readonly local: readonly string[];
}

type SudoJob = Pick<PlannedJob, 'name' | 'where' | 'sudo' | 'sudoCommands'>;

/** Pure. Jobs declare commands as shell words; `(postgres) /usr/bin/psql` for another user than root. */
export function leastRules({ jobs }: { readonly jobs: readonly SudoJob[] }): LeastRules {
  const needing = jobs.filter(({ sudo }) => sudo);
  const remote = needing.filter(({ where }) => where === 'remote');
  const commands = remote.flatMap(({ name: job, sudoCommands }) =>
    sudoCommands.map((text) => ({ job, ...readSudoCommand(text) })),
  );
  const byUser = Map.groupBy(commands, ({ runAs }) => runAs);
  return {
    rules: [...byUser]
      .map(([runAs, of]) => ({ runAs, commands: [...new Set(of.flatMap(({ written }) => written ?? []))] }))
      .filter((rule) => rule.commands.length > 0),
    unknown: remote.filter(({ sudoCommands }) => sudoCommands.length === 0).map(nameOf),
    unusable: commands.filter(({ written }) => written === null).map(({ job, command }) => ({ job, command })),
    local: needing.filter(({ where }) => where === 'local').map(nameOf),
  };
}

/** As a file of /etc/sudoers.d, with what a person must know in comments. */
export function sudoersFile({ rules, unknown, unusable, local }: LeastRules, plan: Plan, user: string): string[] {
  const { node, change } = plan;
  const { app, version, bundle } = change.release;
  const about = `${app} ${version} (bundle ${bundle.slice(0, 8)}) on ${node}`;
  const notes = [
    ...unknown.map((job) => `# not known: needs ALL: ${job} declares sudo=True, and no commands`),
    ...unusable.map(
      ({ job, command }) => `# not usable, sudo wants a full path: ${command.replaceAll('\n', ' ')} (${job})`,
    ),
    ...local.map((job) => `# on the machine that conc runs on, not on ${node}: ${job}`),
  ];
  if (rules.length === 0) {
    const none =
      notes.length === 0 ? `# Nothing: no job of ${about} needs sudo.` : `# No rule can be given for ${about}.`;
    return [none, ...notes];
  }
  return [
    `# What sudo has to allow ${user} for ${about}, and no more.`,
    '# Check it: visudo -cf FILE. Then: install -m 440 FILE /etc/sudoers.d/NAME, a name without a dot.',
    '# Who may place a unit, or change a file that root reads or runs, is root in effect: see docs/security.md.',
    ...notes,
    ...rules.flatMap(({ commands }) => commands.filter(isBeyondSudoRs).map((one) => `# sudo-rs can't take: ${one}`)),
    ...rules.map(({ runAs, commands }) => `${word(user)} ALL=(${word(runAs)}) ${commands.join(', \\\n    ')}`),
    '# Where sudo is to ask for no password: NOPASSWD: before the first command.',
  ];
}

/** It compares word by word, and knows one pattern alone: a `*` for all that follows. */
const isBeyondSudoRs = (command: string): boolean => /\\[\s*?[\]\\!^]|\*.|[?[]/.test(command);

const nameOf = ({ name }: SudoJob): string => name;

/** One command that a job declares: whose rights it wants, and how sudoers has it; null: it can't stand there. */
export function readSudoCommand(text: string): {
  readonly runAs: string;
  readonly command: string;
  readonly written: string | null;
} {
  const [, runAs = 'root', command = text] = /^\(([^():]+)(?::[^()]*)?\)\s*(.*)$/s.exec(text) ?? [];
  return { runAs: runAs.trim(), command, written: sudoersCommand(command) };
}

const word = (user: string): string => user.replace(/[^\w.@-]/g, (sign) => `\\${sign}`);
