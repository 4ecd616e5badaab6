import type { Plan, PlannedJob } from './plan.ts';

/** What sudo has to allow on a node for the jobs of a plan, and no more. */
export interface LeastRules {
  readonly rules: readonly { readonly runAs: string; readonly commands: readonly string[] }[];
  /** Jobs that declare sudo without saying what for. */
  readonly unknown: readonly string[];
  /** Commands that sudoers can't take: it wants full paths. */
  readonly unusable: readonly { readonly job: string; readonly command: string }[];
  /** Jobs that need sudo on the controller. */
  readonly local: readonly string[];
}

/** Pure. Commands are declared as sudoers(5) writes them, `(postgres) /usr/bin/psql` for another user than root. */
export function leastRules({ jobs }: Plan): LeastRules {
  const needing = jobs.filter(({ sudo }) => sudo);
  const remote = needing.filter(({ where }) => where === 'remote');
  const commands = remote.flatMap((job) => job.sudoCommands.map((text) => ({ job: job.name, ...named(text) })));
  const usable = commands.filter(({ command }) => isFullPath(command));
  const byUser = Map.groupBy(usable, ({ runAs }) => runAs);
  return {
    rules: [...byUser].map(([runAs, of]) => ({ runAs, commands: [...new Set(of.map(({ command }) => command))] })),
    unknown: remote.filter(({ sudoCommands }) => sudoCommands.length === 0).map(nameOf),
    unusable: commands.filter((one) => !usable.includes(one)).map(({ job, command }) => ({ job, command })),
    local: needing.filter(({ where }) => where === 'local').map(nameOf),
  };
}

/** As a file of /etc/sudoers.d, with what a person must know in comments. */
export function sudoersFile({ rules, unknown, unusable, local }: LeastRules, plan: Plan, user: string): string[] {
  const { node, change } = plan;
  const { app, version, bundle } = change.release;
  const about = `${app} ${version} (bundle ${bundle.slice(0, 8)}) on ${node}`;
  const notKnown = unknown.map((job) => `# not known: needs ALL: ${job} declares sudo=True, and no commands`);
  const notes = [
    ...notKnown,
    ...unusable.map(({ job, command }) => `# not usable, sudo wants a full path: ${command} (${job})`),
    ...local.map((job) => `# on the machine that conc runs on, not on ${node}: ${job}`),
  ];
  if (rules.length === 0) {
    const none =
      notes.length === 0 ? `# Nothing: no job of ${about} needs sudo.` : `# No rule can be given for ${about}.`;
    return [none, ...notes];
  }
  const open = rules.flatMap(({ commands }) => commands.filter((command) => !command.includes(' ')));
  return [
    `# What sudo has to allow ${user} for ${about}, and no more.`,
    '# Check it: visudo -cf FILE. Then: install -m 440 FILE /etc/sudoers.d/NAME, a name without a dot.',
    '# Who may place a unit, or change a file that root reads or runs, is root in effect: see docs/security.md.',
    ...open.map((command) => `# with any arguments, as sudoers has it; with none: ${command} ""`),
    ...notes,
    ...rules.map(
      ({ runAs, commands }) => `${name(user)} ALL=(${name(runAs)}) ${commands.map(escaped).join(', \\\n    ')}`,
    ),
    '# Where sudo is to ask for no password: NOPASSWD: before the first command.',
  ];
}

const nameOf = ({ name: job }: PlannedJob): string => job;

function named(text: string): { readonly runAs: string; readonly command: string } {
  const [, runAs = 'root', command = text] = /^\(([^():]+)(?::[^()]*)?\)\s*(.*)$/s.exec(text) ?? [];
  return { runAs: runAs.trim(), command: command.trim() };
}

const isFullPath = (command: string): boolean => /^(?:\/|sudoedit )[^\n]*$/.test(command);

/** What sudoers would take for its own is escaped, unless it is already. */
const escaped = (command: string): string =>
  command.replace(/\\(?:.|$)|[,:=#]/gs, (found) =>
    found === '\\' ? '\\\\' : found.length === 2 ? found : `\\${found}`,
  );

const name = (user: string): string => user.replace(/[^\w.@-]/g, (sign) => `\\${sign}`);
