import { ConcError } from '../../errors/conc-error.ts';
import { sha256 } from '../digest.ts';
import type { ElfFile } from '../elf/read-elf.ts';
import { readElf } from '../elf/read-elf.ts';
import type { WheelLinks } from '../elf/wheel-needs.ts';
import { linksOf } from '../elf/wheel-needs.ts';
import type { WheelFile } from '../types.ts';
import type { Archive, ArchiveFile } from './archive.ts';
import { openArchive } from './archive.ts';
import { compareWithRow, recordRows } from './check-record.ts';
import { parseScripts } from './entry-points.ts';
import type { Identity } from './identify.ts';
import { distInfoOf, identify, parseHeaders } from './identify.ts';
import type { Places } from './places.ts';
import { placesOf } from './places.ts';

/** What a wheel is, once every file of it was read and compared with its RECORD. */
export interface ReadWheel extends Identity {
  /** Sorted by path. RECORD and directories' files included. */
  readonly files: readonly WheelFile[];
  /** What its ELF files ask of the machine. */
  readonly links: WheelLinks;
  readonly places: Places;
  /** The sha256 of each file, by its path in the archive. */
  readonly contentOf: ReadonlyMap<string, string>;
  /** `__init__.py` files of old-style namespaces (pkgutil, pkg_resources): the only ones that several wheels may bring differently. */
  readonly namespaces: ReadonlySet<string>;
  /** `six-1.17.0.dist-info` */
  readonly distInfo: string;
}

/**
 * Reads a wheel whole, strictly: a safe archive, one dist-info that says what the file name says, RECORD and files
 * the same both ways, every file with a place of its own. ConcError `archive.*`, `wheel.refused` otherwise. `file` is its
 * name; its content is at `path`.
 */
export async function readWheel(path: string, file: string): Promise<ReadWheel> {
  await using archive = await openArchive(path, file);
  try {
    return await readChecked(archive, file);
  } catch (cause) {
    throw cause instanceof ConcError ? cause : refused(file, cause);
  }
}

async function readChecked(archive: Archive, file: string): Promise<ReadWheel> {
  const distInfo = distInfoOf(archive);
  const metadata = parseHeaders(await readText(archive, `${distInfo}/METADATA`));
  const wheel = parseHeaders(await readText(archive, `${distInfo}/WHEEL`));
  const identity = identify(file, distInfo, metadata, wheel);
  const points = `${distInfo}/entry_points.txt`;
  const scripts = parseScripts(find(archive, points) === undefined ? '' : await readText(archive, points));
  const paths = archive.files.map((each) => each.path);
  const rows = recordRows(await readBytes(required(archive, `${distInfo}/RECORD`)), paths, distInfo);
  const places = placesOf({ paths, distInfo, distribution: identity.distribution, scripts });
  const files: WheelFile[] = [];
  const namespaces = new Set<string>();
  const elves = new Map<string, ElfFile>();
  for (const entry of archive.files) {
    const bytes = await readBytes(entry);
    compareWithRow(entry.path, bytes, rows.get(entry.path));
    if (isNamespace(entry.path, bytes)) namespaces.add(entry.path);
    const elf = readElf(bytes);
    if (elf !== null) elves.set(entry.path, elf);
    files.push({ path: entry.path, sha256: sha256(bytes), size: bytes.length, executable: entry.executable });
  }
  return {
    ...identity,
    distInfo,
    places,
    namespaces,
    links: linksOf(file, elves),
    files: files.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    contentOf: new Map(files.map((each) => [each.path, each.sha256])),
  };
}

const find = ({ files }: Archive, path: string): ArchiveFile | undefined => files.find((each) => each.path === path);

function required(archive: Archive, path: string): ArchiveFile {
  const entry = find(archive, path);
  if (entry === undefined) throw new Error(`it has no ${path}`);
  return entry;
}

async function readText(archive: Archive, path: string): Promise<string> {
  const bytes = await readBytes(required(archive, path));
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Error(`${path} is not UTF-8`);
  }
}

const readBytes = (entry: ArchiveFile): Promise<Buffer> =>
  entry.bytes().catch((cause: unknown) => {
    throw new Error(
      `${entry.path} is damaged in the archive: ${cause instanceof Error ? cause.message : String(cause)}`,
    );
  });

/** As pkgutil's and setuptools' documentation write them: nothing else in such a file matters to the others. */
function isNamespace(path: string, bytes: Buffer): boolean {
  if (!path.endsWith('/__init__.py') || bytes.length > 8192) return false;
  return /extend_path\s*\(\s*__path__|declare_namespace\s*\(\s*__name__/.test(bytes.toString('latin1'));
}

function refused(file: string, cause: unknown): ConcError {
  return new ConcError({
    code: 'wheel.refused',
    // What a wheel says of itself is quoted there: it must play no tricks on a terminal.
    message: `${file} is refused: ${cause instanceof Error ? cause.message : String(cause)}`.replaceAll(
      /\p{Cc}/gu,
      '?',
    ),
    hint: 'pip may install it all the same. Tell its makers, and lock another version meanwhile',
    exit: 2,
    cause,
  });
}
