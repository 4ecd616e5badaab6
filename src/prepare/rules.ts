import { shellWords } from '../config/shell-words.ts';
import type { NodeSettings } from '../config/types.ts';
import { leastRules, readSudoCommand } from '../plan/sudoers.ts';
import type { FrozenJob } from '../sequence/types.ts';
import type { SudoRule } from './types.ts';

/**
 * Pure: what sudo has to allow before anything was deployed: conc's own program, and what the application's jobs declare.
 * @param place how conc runs its program, as shell words
 */
export function rulesFor(
  settings: NodeSettings,
  sequence: readonly FrozenJob[],
  place: readonly string[],
): { readonly rules: readonly SudoRule[]; readonly notes: readonly string[] } {
  const own = sequence.flatMap((job) => ('sudoCommands' in job && job.sudo ? [job] : []));
  const values: Record<string, string> = { name: settings.name, host: settings.name };
  const lookUp = (key: string): string | undefined =>
    values[key] ?? (key === 'root' ? absolute(settings.root) : settings.attributes[key.toLowerCase()]);
  const jobs = own.map((job) => ({ ...job, sudoCommands: job.sudoCommands.map((line) => fill(line, lookUp)) }));
  // A release's own path is not known before there is one.
  const isOpen = (command: string): boolean => /\$\{/.test(command);
  const known = jobs.map((job) => ({ ...job, sudoCommands: job.sudoCommands.filter((one) => !isOpen(one)) }));
  const conc = { name: 'conc', where: 'remote', sudo: true, sudoCommands: place } as const;
  const usable = [conc, ...known.filter(({ sudoCommands }) => sudoCommands.length > 0)];
  const { rules, unusable } = leastRules({ jobs: usable });
  const raw = usable.flatMap((job) => (job.where === 'remote' ? job.sudoCommands : [])).map(readSudoCommand);
  return {
    rules: rules.map(({ runAs, commands }) => ({
      runAs,
      commands,
      asked: raw.filter((one) => one.runAs === runAs && one.written !== null).flatMap(({ command }) => asked(command)),
    })),
    notes: [
      ...own
        .filter(({ where, sudoCommands }) => where === 'remote' && sudoCommands.length === 0)
        .map(
          ({ name }) => `${name} declares sudo=True and no commands: it needs all of sudo, which conc does not give`,
        ),
      ...jobs.flatMap(({ name, sudoCommands }) =>
        sudoCommands.filter(isOpen).map((one) => `${name} needs ${one}, whose path is another in each release`),
      ),
      ...unusable.map(({ job, command }) => `${job} needs ${command}: sudo wants a full path`),
    ],
  };
}

/** Of a pattern nobody can ask whether it is allowed. */
const asked = (command: string): string[][] => {
  const words = shellWords(command);
  return words === undefined || /[*?[]/.test(command) ? [] : [words];
};

/** Puts values in place of `${key}`, and `$` for `$$`, as for jobs that are planned. */
const fill = (line: string, lookUp: (key: string) => string | undefined): string =>
  line.replace(/\$(?:\$|\{([^}]+)\})/g, (found, key?: string) => (key === undefined ? '$' : (lookUp(key) ?? found)));

const absolute = (root: string): string | undefined => (root.startsWith('/') ? root : undefined);
