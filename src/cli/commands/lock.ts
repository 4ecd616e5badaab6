import type { LockChange } from '../../bundle/lock/changes.ts';
import { lockFiles } from '../../bundle/lock/files.ts';
import type { LockResult } from '../../bundle/lock/lock.ts';
import { lock } from '../../bundle/lock/lock.ts';
import type { Finding, RefetchResult } from '../../bundle/lock/refetch.ts';
import { refetch } from '../../bundle/lock/refetch.ts';
import { ConcError } from '../../errors/conc-error.ts';
import { bytesText, countOf } from '../../plan/units.ts';
import type { CliContext, CommonOptions, Define } from '../context.ts';
import { openWorkshop } from '../workshop.ts';

interface LockOptions extends CommonOptions {
  readonly upgrade?: true | readonly string[];
  readonly fromVenv?: string;
  readonly vendor?: boolean;
  readonly refetch?: boolean;
}

export const define: Define = (command, context) => {
  command
    .option('--upgrade [package...]', 'take the newest of these packages, or of everything')
    .option('--from-venv <dir>', 'take the versions that are installed in a venv')
    .option('--vendor', 'keep the files in the repository, in vendor/: builds read them there')
    .option('--no-vendor', 'keep them there no longer')
    .option('--refetch', 'fetch again what is locked: what was changed, yanked or has vanished?')
    .addHelpText(
      'after',
      `
Resolves pyproject.toml (or setup.py, or requirements files) by uv, or pip where there is no uv, for every target in
conc.targets.json; what is needed to build, and what devops code needs, too. The lock.… keys of conc.ini choose extras,
groups and files. Versions that are locked stay, unless they don't fit any more. Commit what it writes.

Examples:
  conc lock                      after a change of requirements or targets
  conc lock --upgrade django     the newest django that fits, and what it needs
  conc lock --upgrade            everything anew
  conc lock --from-venv .venv    what is installed there
  conc lock --refetch            exit 1 where an index doesn't serve any more what was locked
  conc lock --json               {"backend", "targets", "files", "packages", "changes", "sdists", "vendored", "warnings"}`,
    )
    .action(async () => {
      const options: LockOptions = command.optsWithGlobals();
      refuseMixtures(options);
      const workshop = openWorkshop(options, context);
      if (options.refetch === true) {
        const result = await refetch(workshop);
        if (options.json === true) context.out(JSON.stringify(result));
        else printRefetched(result, context);
        if (result.findings.length > 0) context.finish(1);
        return;
      }
      const { upgrade = false, fromVenv, vendor } = options;
      const result = await lock({ ...workshop, upgrade, venv: fromVenv, vendor });
      if (options.json === true) context.out(JSON.stringify(result));
      else print(result, options, context);
    });
};

function refuseMixtures({ refetch: again, upgrade, fromVenv, vendor }: LockOptions): void {
  const others = [upgrade !== undefined && '--upgrade', fromVenv !== undefined && '--from-venv'];
  const named = others.filter((each) => each !== false);
  const [first, second] =
    again === true ? ['--refetch', ...named, ...(vendor === undefined ? [] : ['--vendor'])] : named;
  if (first === undefined || second === undefined) return;
  throw new ConcError({ code: 'usage', message: `${first} and ${second} don't go together`, exit: 2 });
}

function print(result: LockResult, { quiet }: CommonOptions, context: CliContext): void {
  const { backend, targets, files, packages, changes, sdists, vendored, warnings } = result;
  for (const warning of warnings) context.err(`Warning: ${warning}`);
  const summary = `${countOf(packages.length, 'package')} locked by ${backend} for ${targets.join(', ')}`;
  if (quiet === true) {
    context.out(`${summary}: ${tally(changes)}`);
    return;
  }
  context.out(summary);
  for (const [file, each] of Map.groupBy(changes, (change) => change.lock)) {
    const width = Math.max(...each.map((change) => inWords(change).length));
    if (file !== lockFiles.runtime) context.out(`  in ${file}:`);
    for (const change of each)
      context.out(`  ${`${inWords(change).padEnd(width)}  ${sizesInWords(change)}`.trimEnd()}`);
  }
  context.out(`  ${tally(changes)}`);
  if (sdists.length > 0) context.out(`  conc build will build ${sdists.join(', ')}: no wheel fits`);
  if (vendored !== null)
    context.out(`  vendor/ holds ${countOf(vendored.files, 'file')}, ${bytesText(vendored.bytes)}`);
  context.out(`Written: ${files.join(', ')}. Commit them, then: conc build`);
}

function inWords({ name, before, after }: LockChange): string {
  if (before === null) return `+ ${name} ${after}`;
  return after === null ? `- ${name} ${before}` : `~ ${name} ${before} → ${after}`;
}

function sizesInWords({ sizes }: LockChange): string {
  const [before, after] = [sizes.before, sizes.after].map((bytes) => (bytes === null ? '' : bytesText(bytes)));
  return before !== '' && after !== '' ? `${before} → ${after}` : `${before}${after}`;
}

/** `2 added, 1 changed, +38 kB` */
function tally(changes: readonly LockChange[]): string {
  if (changes.length === 0) return 'as before';
  const added = changes.filter(({ before }) => before === null).length;
  const removed = changes.filter(({ after }) => after === null).length;
  const counts = { added, removed, changed: changes.length - added - removed };
  const parts = Object.entries(counts).flatMap(([what, count]) => (count === 0 ? [] : [`${count} ${what}`]));
  const grown = changes.reduce((sum, { sizes }) => sum + (sizes.after ?? 0) - (sizes.before ?? 0), 0);
  const size = grown === 0 ? [] : [`${grown > 0 ? '+' : '−'}${bytesText(Math.abs(grown))}`];
  return [...parts, ...size].join(', ');
}

function printRefetched({ files, findings }: RefetchResult, context: CliContext): void {
  for (const { state, lock: of, package: name, file, words, kept } of findings) {
    context.out(`${name}: ${[`${sentences[state]}`, file, words].filter((each) => each !== '').join(' · ')}`);
    if (state === 'vanished' && kept)
      context.out('  It is still in the cache; conc lock --vendor keeps it in the repository');
    if (state !== 'yanked' && !kept)
      context.out(`  It is not in the cache either: conc lock --upgrade ${name.split(' ')[0]} (${of})`);
  }
  context.out(
    `${countOf(files, 'file')} fetched again; ${findings.length === 0 ? 'all as locked' : `${findings.length} not as locked`}`,
  );
}

const sentences: Readonly<Record<Finding['state'], string>> = {
  changed: 'CHANGED, the index serves another content than was locked',
  yanked: 'YANKED, its index advises against it',
  vanished: 'VANISHED from its index',
  unreachable: 'UNREACHABLE',
};
