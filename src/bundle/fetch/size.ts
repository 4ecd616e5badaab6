import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { LockedFile } from '../lock/pylock.ts';
import { addressOf } from '../lock/pylock.ts';
import type { Cache } from './cache.ts';
import { request } from './download.ts';

/** How big a file is: as the lock says, as it lies in the repository, or as its index says (HEAD). null: nobody says. */
export async function sizeOf(file: LockedFile, cache: Cache): Promise<number | null> {
  const { size, from } = file;
  if (size !== null) return size;
  if ('path' in from) {
    const found = await stat(join(cache.folder, from.path)).catch(() => null);
    if (found !== null) return found.size;
  }
  const url = addressOf(file);
  if (url === null) return null;
  const answer = await request(url, 'HEAD', cache, AbortSignal.timeout(10_000)).catch(() => null);
  const length = Number(answer?.headers.get('content-length') ?? 'nothing');
  return answer?.ok === true && Number.isSafeInteger(length) && length > 0 ? length : null;
}
