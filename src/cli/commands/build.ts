import { relative } from 'node:path';
import type { BuildResult } from '../../bundle/build/build.ts';
import { build } from '../../bundle/build/build.ts';
import type { Difference } from '../../bundle/build/verify-builds.ts';
import type { WheelEntry } from '../../bundle/types.ts';
import { checkConfig } from '../../config/check.ts';
import { findConfig } from '../../config/find.ts';
import { readConfig } from '../../config/load.ts';
import { problemLine } from '../../config/problem.ts';
import type { Problem } from '../../config/types.ts';
import { bytesText, countOf } from '../../plan/units.ts';
import type { CliContext, CommonOptions, Define } from '../context.ts';
import { freezeAt } from '../near.ts';
import { version } from '../version.ts';
import { openWorkshop } from '../workshop.ts';

export const define: Define = (command, context) => {
  command
    .option('--dirty', 'build what is not committed too; the bundle says so')
    .option('--verify', 'build everything twice, in different surroundings, and tell which files differ')
    .option('--env <name...>', 'let builds see these environment variables too')
    .addHelpText(
      'after',
      `
Fetches what the lock names, builds what has no wheel and the project itself, and writes one file to .conc/bundles. What
was fetched or built before is taken from .conc/cache, so a second build needs no network.

Builds see PATH, locale and the compilers' variables of this machine's environment, and an empty home; nothing else of it.

Examples:
  conc build
  conc build --dirty     to try out what isn't committed yet
  conc build --verify    is the build reproducible? Exit 1: files differ, which are named
  conc build --json      {"path", "id", "app", "version", "targets", "wheels", "tools", "provenance", "differences", "warnings"}`,
    )
    .action(async () => {
      const options: Options = command.optsWithGlobals();
      const workshop = openWorkshop(options, context);
      const built = await build({
        ...workshop,
        ...{ dirty: options.dirty === true, verify: options.verify === true, pass: options.env ?? [] },
        freeze: freezeAt(workshop.cache.folder, workshop.progress),
        conc: version(),
      });
      const warnings = [...developmentServers(options, context), ...built.warnings];
      const result = { ...built, warnings };
      if (options.json === true) context.out(JSON.stringify(asJson(result)));
      else print(result, options, context);
      if ((result.differences ?? []).length > 0) context.finish(1);
    });
};

/** What `conc check` says of conc.ini and everybody should know who builds: the rest of it is no matter of a bundle. */
const developmentServers = (options: Options, context: CliContext): readonly Problem[] =>
  checkConfig(readConfig(findConfig(context.cwd, options.config), context.cwd)).filter(
    ({ code }) => code === 'config.development-server',
  );

interface Options extends CommonOptions {
  readonly dirty?: boolean;
  readonly verify?: boolean;
  readonly env?: readonly string[];
}

function asJson({
  path,
  id,
  manifest: { app, version: built, targets, wheels },
  tools,
  provenance,
  differences,
  warnings,
}: BuildResult): object {
  return {
    path,
    id,
    app,
    version: built,
    targets: targets.map(({ name }) => name),
    wheels,
    tools,
    provenance,
    differences,
    warnings,
  };
}

function print(
  { path, id, manifest, provenance, tools, same, differences, warnings }: BuildResult,
  { quiet }: CommonOptions,
  context: CliContext,
): void {
  const { app, version: built, wheels, targets } = manifest;
  const commit = provenance.commit === null ? 'no commit' : provenance.commit.slice(0, 8);
  context.out(
    `${app} ${built} · bundle ${id.slice(0, 8)} · ${commit}${provenance.dirty ? ', with changes that are not committed' : ''}`,
  );
  if (quiet !== true) {
    const fitting = targets.length === 1 ? 'for' : `for ${targets.length} targets:`;
    context.out(`  ${counted(wheels)}, ${fitting} ${targets.map(({ name }) => name).join(', ')}`);
    for (const set of tools) context.out(`  ${set.name} ${set.version} as a tool: ${counted(set.wheels)}`);
    if (same) context.out('  The same as a bundle that was there');
  }
  if (differences !== null) for (const line of verified(differences)) context.out(line);
  for (const warning of warnings) context.err(`Warning: ${problemLine(warning)}`);
  if (quiet !== true) context.out(`Written: ${relative(context.cwd, path)}. Next: conc deploy NODE`);
}

function verified(differences: readonly Difference[]): string[] {
  if (differences.length === 0) return ['  Reproducible: everything that was built came out the same a second time'];
  return differences.flatMap(({ file, again, files }) => [
    `  Not reproducible: ${file}${again === file ? '' : ` is called ${again} the second time`}`,
    ...files.map(({ path, change }) => `    ${path}: ${inWords[change]}`),
  ]);
}

const inWords = {
  added: 'there the second time only',
  removed: 'there the first time only',
  content: 'another content',
  mode: 'executable one time, not the other',
} as const;

function counted(wheels: readonly WheelEntry[]): string {
  const here = wheels.filter(({ origin }) => origin !== 'registry').length;
  const bytes = wheels.reduce((sum, { size }) => sum + size, 0);
  return `${countOf(wheels.length, 'wheel')} (${here} built here), ${bytesText(bytes)}`;
}
