import type { LockChange } from '../../bundle/lock/changes.ts';
import type { LockResult } from '../../bundle/lock/lock.ts';
import { lock } from '../../bundle/lock/lock.ts';
import { countOf } from '../../plan/units.ts';
import type { CliContext, CommonOptions, Define } from '../context.ts';
import { openWorkshop } from '../workshop.ts';

export const define: Define = (command, context) => {
  command
    .option('--upgrade', 'take the newest of everything, not the versions that are locked now')
    .addHelpText(
      'after',
      `
Resolves pyproject.toml (or requirements.txt) by uv, or pip where there is no uv, for every target in conc.targets.json,
and what is needed to build too. Commit what it writes.

Examples:
  conc lock              after a change of requirements or targets
  conc lock --upgrade    everything anew
  conc lock --json       {"backend", "targets", "files", "packages", "changes", "sdists", "warnings"}`,
    )
    .action(async () => {
      const options: CommonOptions & { readonly upgrade?: boolean } = command.optsWithGlobals();
      const workshop = openWorkshop(options, context);
      const result = await lock({ ...workshop, upgrade: options.upgrade === true });
      if (options.json === true) context.out(JSON.stringify(result));
      else print(result, context);
    });
};

function print(
  { backend, targets, files, packages, changes, sdists, warnings }: LockResult,
  context: CliContext,
): void {
  context.out(`${countOf(packages.length, 'package')} locked by ${backend} for ${targets.join(', ')}`);
  for (const change of changes) context.out(`  ${inWords(change)}`);
  if (changes.length === 0) context.out('  as before');
  if (sdists.length > 0) context.out(`  conc build will build ${sdists.join(', ')}: no wheel fits`);
  for (const warning of warnings) context.err(`Warning: ${warning}`);
  context.out(`Written: ${files.join(', ')}. Commit them, then: conc build`);
}

function inWords({ name, before, after }: LockChange): string {
  if (before === null) return `+ ${name} ${after}`;
  return after === null ? `- ${name} ${before}` : `~ ${name} ${before} → ${after}`;
}
