import type { FileChange } from '../bundle/inspect/compare-files.ts';
import type { BundleDifference, WheelChange } from '../bundle/inspect/diff-bundles.ts';
import type { VerifiedBundle } from '../bundle/inspect/verify-bundle.ts';
import type { Bundle, WheelEntry } from '../bundle/types.ts';
import type { EtcFile } from '../etc/types.ts';
import { bytesText, countOf } from '../plan/units.ts';

export const bundleJson = ({ path, id, manifest, provenance, tools }: Bundle): object => ({
  ...{ file: path, id, manifest, provenance, tools },
});

/** What a bundle is, for a person. */
export function bundleLines({ id, manifest, provenance, tools }: Bundle): string[] {
  const { app, version, targets, wheels, sequence, etc } = manifest;
  const { commit, dirty, builder, host, built, conc } = provenance;
  const from = commit === null ? 'from no commit' : `from commit ${commit.slice(0, 12)}`;
  const total = wheels.reduce((sum, { size }) => sum + size, 0);
  return [
    `${app} ${version} · bundle ${id.slice(0, 8)}`,
    `  id       ${id}`,
    `  built    ${built} by ${builder}@${host}, conc ${conc}, ${from}${dirty ? ', with changes that were not committed' : ''}`,
    `  targets  ${targets.map(({ name }) => name).join(', ')}`,
    `  jobs     ${sequence.map(({ name }) => name).join(', ')}`,
    `  ${countOf(wheels.length, 'wheel')}, ${bytesText(total)}`,
    ...wheels.flatMap((wheel) => wheelLines(wheel, targets.length)),
    ...(etc === undefined ? [] : [`  ${countOf(etc.files.length, 'file')} of the etc tree`]),
    ...(etc?.files ?? []).map((file) => `    ${etcLine(file)}`),
    ...tools.flatMap((set) => [
      `  ${set.name} ${set.version} as a tool`,
      ...set.wheels.flatMap((wheel) => wheelLines(wheel, targets.length)),
    ]),
  ];
}

const etcLine = (file: EtcFile): string =>
  `${file.layer}/${file.path}  ${file.kind === 'link' ? `a link to ${file.target}` : bytesText(file.size)}`;

function wheelLines({ file, size, count, origin, targets, needs }: WheelEntry, all: number): string[] {
  const where = targets.length === all ? '' : `, for ${targets.join(', ')}`;
  const how = { registry: '', sdist: ', built of its sdist', project: ', the application' }[origin];
  const libraries = (needs?.libraries ?? []).map((name) => {
    const versions = newestOfEach(needs?.versions?.[name] ?? []);
    return versions.length === 0 ? name : `${name} (${versions.join(', ')})`;
  });
  const asks = [...(needs?.glibc === undefined ? [] : [`glibc ${needs.glibc}`]), ...libraries];
  return [
    `    ${file}  ${countOf(count, 'file')}, ${bytesText(size)}${how}${where}`,
    ...(asks.length === 0 ? [] : [`      needs ${asks.join(', ')}`]),
  ];
}

/** Of `GLIBCXX_3.4`, `GLIBCXX_3.4.29` the last alone: who has that has the others. */
function newestOfEach(versions: readonly string[]): string[] {
  const inOrder = versions.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  return [...new Map(inOrder.map((name) => [name.replace(/_[^_]*$/, ''), name])).values()];
}

export function verifiedLines({ file, id, wheels, files, problems }: VerifiedBundle): string[] {
  if (problems.length > 0) return [`${file} is damaged, or was changed:`, ...problems.map((problem) => `  ${problem}`)];
  return [
    `${file} is bundle ${id?.slice(0, 8)}, and whole: ${countOf(files, 'file')} in ${countOf(wheels, 'wheel')} are what the manifest says`,
  ];
}

export function differenceLines({
  same,
  before,
  after,
  targets,
  wheels,
  jobs,
  etc,
  lock,
  tools,
}: BundleDifference): string[] {
  const [old, now] = [before, after].map(({ app, version, id }) => `${app} ${version} (${id.slice(0, 8)})`);
  return [
    same ? `The same bundle: ${now}` : `${old} → ${now}`,
    ...targets.removed.map((name) => `  - target ${name}`),
    ...targets.added.map((name) => `  + target ${name}`),
    ...wheels.flatMap((wheel) => changeLines(wheel)),
    ...tools.flatMap((wheel) => changeLines(wheel, ' (a tool)')),
    ...(jobs.length === 0 ? [] : [`  ~ jobs ${jobs.join(', ')}`]),
    ...etc.map(({ path, change }) => `  ${marks[change]} ${path}`),
    ...(lock ? ['  ~ pylock.toml'] : []),
  ];
}

function changeLines({ name, before, after, size, files }: WheelChange, note = ''): string[] {
  if (before === null) return [`  + ${name} ${after}${note}  ${bytesText(size.after)}`];
  if (after === null) return [`  - ${name} ${before}${note}`];
  const versions = before === after ? `${before}, with other content` : `${before} → ${after}`;
  return [`  ~ ${name} ${versions}${note}  ${bytesText(size.before)} → ${bytesText(size.after)}`, ...fileLines(files)];
}

/** More would be scrolled past; `--json` has them all. */
const shown = 20;

function fileLines(files: readonly FileChange[]): string[] {
  const lines = files.slice(0, shown).map(({ path, change }) => `      ${marks[change]} ${path}`);
  return files.length > shown ? [...lines, `      and ${countOf(files.length - shown, 'file')} more`] : lines;
}

const marks = { added: '+', removed: '-', content: '~', mode: 'x' } as const;
