import { createHash } from 'node:crypto';
import { readFile, readlink } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { throwErrors } from '../config/problem.ts';
import type { Problem } from '../config/types.ts';
import { ConcError } from '../errors/conc-error.ts';
import { CRONTAB } from './crontab.ts';
import { fault } from './fault.ts';
import { layerOf, memberOf } from './layers.ts';
import { parseOwnership } from './ownership.ts';
import type { EtcFile, EtcTree, OwnershipRow } from './types.ts';

/** The files of a project, as a build reads them. */
interface Listed {
  /** Absolute. */
  readonly folder: string;
  readonly files: readonly {
    readonly path: string;
    readonly kind: 'file' | 'link';
    readonly executable: boolean;
  }[];
}

export interface ReadTree {
  readonly tree: EtcTree;
  /** The bytes of its files, by their names in a bundle. */
  readonly members: ReadonlyMap<string, Buffer>;
  /** What lies in the tree and is not placed: names that begin with a dot or end in `~`. */
  readonly ignored: readonly string[];
}

const OWNERSHIP = '.ownership';
/** Bytes: it is pinned with a change, and kept with each release. More than this is data, and belongs into the application. */
const MOST = 4 * 1024 * 1024;

/** Is the file part of the tree? It goes into the bundle as it is, and is no part of what backends build. */
export const isOfTree = (path: string): boolean => layerOf(path) !== null;

/** The project's tree; null: it has none. ConfigError with every fault of it; ConcError `etc.too-large` (exit 2). */
export async function readTree({ folder, files: listed }: Listed): Promise<ReadTree | null> {
  const files: EtcFile[] = [];
  const ownership: OwnershipRow[] = [];
  const members = new Map<string, Buffer>();
  const ignored: string[] = [];
  const faults: Problem[] = [];
  for (const { path: full, kind, executable } of listed) {
    const [layer, path] = layerOf(full) ?? [];
    if (layer === undefined || path === undefined) continue;
    if (path === OWNERSHIP) {
      const table = parseOwnership(layer, await readFile(join(folder, full), 'utf8'));
      ownership.push(...table.rows);
      faults.push(...table.faults.map(({ line, message }) => fault('etc.ownership', full, line, message)));
    } else if (isIgnored(path)) {
      if (!/(?:^|\/)\.git[a-z]*$/.test(path)) ignored.push(full);
    } else if (/[\p{Cc}\\]/u.test(path))
      faults.push(fault('etc.name', full, 0, 'its name has a backslash or a control character'));
    else if (kind === 'link') {
      const target = await readlink(join(folder, full));
      if (!staysInside(path, target))
        faults.push(fault('etc.link', full, 0, `leads to ${target}, out of the tree`, linkHint));
      files.push({ layer, path, kind, target });
    } else {
      const bytes = await readFile(join(folder, full));
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const file: EtcFile = { layer, path, kind, sha256, size: bytes.length, executable };
      files.push(file);
      members.set(memberOf(file), bytes);
    }
  }
  throwErrors(faults);
  const size = [...members.values()].reduce((sum, { length }) => sum + length, 0);
  if (size > MOST) throw tooLarge(size);
  return files.length === 0 ? null : { tree: { files, ownership }, members, ignored };
}

const isIgnored = (path: string): boolean =>
  path === CRONTAB ||
  path.split('/').some((part) => part.startsWith('.') || part.endsWith('~') || part.endsWith('.swp'));

/** Of a unit `/dev/null` says that it is masked: systemd.unit(5). */
function staysInside(path: string, target: string): boolean {
  if (target === '/dev/null') return true;
  const led = posix.normalize(posix.join(posix.dirname(path), target));
  return !target.startsWith('/') && led !== '..' && !led.startsWith('../') && led !== '.';
}

const linkHint = 'Write it relative: ../sites-available/shop';

const tooLarge = (size: number): ConcError =>
  new ConcError({
    code: 'etc.too-large',
    message: `The etc tree comes to ${Math.round(size / 1e6)} MB`,
    hint: 'It is for configuration: package data with the application',
    exit: 2,
  });
