import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConcError } from '../../errors/conc-error.ts';
import type { GatheredWheel } from '../build/gather.ts';
import { canonicalText, sha256 } from '../digest.ts';
import type { Interpreter } from '../interpreters.ts';
import type { Source } from '../source.ts';
import type { BundledTests, SuiteEntry } from '../types.ts';
import { openArchive } from '../wheel/archive.ts';
import { findSuites } from './find.ts';

/** More than this is data, or a whole application. */
const most = 4 * 1024 * 1024;
/** A larger file is no test: nobody wrote it by hand. */
const largest = 512 * 1024;

/**
 * The test suites of the application's wheel and of the project's folder `tests/`, with the modules beside them. null:
 * there are none. ConcError `build.tests-too-large`.
 */
export async function gatherTests(
  wheels: readonly GatheredWheel[],
  source: Source,
  [interpreter]: readonly Interpreter[],
): Promise<{ readonly entry: BundledTests; readonly text: string } | null> {
  const own = wheels.find(({ entry }) => entry.role === 'application');
  const python = interpreter?.command ?? 'python3';
  const wheel = own === undefined ? {} : await wheelTexts(own);
  const project = await projectTexts(source);
  const fromWheel = await findSuites(python, wheel);
  const fromProject = await findSuites(python, project);
  if (fromWheel.length + fromProject.length === 0) return null;
  const files = { wheel: companions(wheel, fromWheel), project: companions(project, fromProject) };
  const text = canonicalText(files);
  if (text.length > most) throw tooLarge(text.length);
  const suites: SuiteEntry[] = [
    ...fromWheel.map((suite) => ({ ...suite, module: dotted(suite.path), from: 'wheel' as const })),
    ...fromProject.map((suite) => ({ ...suite, from: 'project' as const })),
  ];
  return { entry: { files: sha256(text), suites }, text };
}

/** In a wheel a folder without `__init__.py` is a package too (PEP 420). */
const dotted = (path: string): string => path.replace(/(?:\/__init__)?\.py$/, '').replaceAll('/', '.');

async function wheelTexts(wheel: GatheredWheel): Promise<Record<string, string>> {
  await using archive = await openArchive(wheel.path, wheel.entry.file);
  const wanted = archive.files.filter(({ path, size }) => isCode(path) && size <= largest);
  const texts = wanted.map(async (each) => [each.path, (await each.bytes()).toString('utf8')] as const);
  return Object.fromEntries(await Promise.all(texts));
}

async function projectTexts({ folder, files }: Source): Promise<Record<string, string>> {
  const wanted = files.filter(({ path, kind }) => kind === 'file' && path.startsWith('tests/') && isCode(path));
  const texts = wanted.map(async ({ path }) => [path, await readFile(join(folder, path), 'utf8')] as const);
  return Object.fromEntries((await Promise.all(texts)).filter(([, text]) => text.length <= largest));
}

/** What the manifest's schema takes as a path of code. */
const isCode = (path: string): boolean =>
  /^(?:[A-Za-z0-9_][A-Za-z0-9_.-]*\/)*[A-Za-z0-9_][A-Za-z0-9_.-]*\.py$/.test(path);

/** The suites, what lies in their folders and below, and of the folders above what Python and pytest read first. */
function companions(
  texts: Readonly<Record<string, string>>,
  suites: readonly Omit<SuiteEntry, 'from'>[],
): Readonly<Record<string, string>> {
  const folders = new Set(suites.map(({ path }) => folderOf(path)));
  const above = new Set([...folders].flatMap((folder) => parentsOf(folder)));
  const wanted = ([path]: readonly [string, string]): boolean => {
    const folder = folderOf(path);
    const inside = [folder, ...parentsOf(folder)].some((one) => one !== '' && folders.has(one));
    const first = /^(?:__init__|conftest)\.py$/.test(path.slice(folder.length)) && above.has(folder);
    return inside || first || suites.some((suite) => suite.path === path);
  };
  return Object.fromEntries(
    Object.entries(texts)
      .filter(wanted)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** With its slash; `''`: the top. */
const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);

function parentsOf(folder: string): string[] {
  const parts = folder.split('/').slice(0, -2);
  return ['', ...parts.map((_, depth) => `${parts.slice(0, depth + 1).join('/')}/`)].filter((one) => one !== folder);
}

const tooLarge = (size: number): ConcError =>
  new ConcError({
    code: 'build.tests-too-large',
    message: `The test suites and the modules beside them come to ${Math.round(size / 1e6)} MB of Python`,
    hint: 'Put them into a folder of their own: what lies beside a suite goes to the node with it',
    exit: 2,
  });
