import { buffer } from 'node:stream/consumers';
import { type Entry, fromBufferPromise } from 'yauzl';
import { sha256 } from '../bundle/digest.ts';
import type { WheelFile } from '../bundle/types.ts';

/** A file's content; null where it is not as it is listed. */
export type ReadFile = (file: WheelFile) => Promise<Buffer | null>;

/** Reads files of a wheel that was read strictly when its bundle was built, and is what it was then. What can't be read counts as not there. */
export async function wheelReader(wheel: Buffer): Promise<ReadFile> {
  try {
    const zip = await fromBufferPromise(wheel, { autoClose: false });
    const entries = new Map<string, Entry>();
    for await (const entry of zip.eachEntry()) entries.set(entry.fileName, entry);
    return async ({ path, sha256: listed }) => {
      const entry = entries.get(path);
      const content = entry && (await buffer(await zip.openReadStreamPromise(entry)).catch(() => null));
      return content && sha256(content) === listed ? content : null;
    };
  } catch {
    return () => Promise.resolve(null);
  }
}
