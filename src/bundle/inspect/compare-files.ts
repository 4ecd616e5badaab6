import type { WheelFile } from '../types.ts';

export interface FileChange {
  readonly path: string;
  readonly change: 'added' | 'removed' | 'content' | 'mode';
}

/** How one list of a wheel's files differs from another, by path. */
export function compareFiles(before: readonly WheelFile[], after: readonly WheelFile[]): readonly FileChange[] {
  const [old, now] = [before, after].map((files) => new Map(files.map((file) => [file.path, file])));
  const paths = [...new Set([...before, ...after].map(({ path }) => path))].toSorted();
  return paths.flatMap((path): FileChange[] => {
    const [a, b] = [old?.get(path), now?.get(path)];
    if (a === undefined || b === undefined) return [{ path, change: a === undefined ? 'added' : 'removed' }];
    if (a.sha256 !== b.sha256) return [{ path, change: 'content' }];
    return a.executable === b.executable ? [] : [{ path, change: 'mode' }];
  });
}
