import { sha256 } from '../bundle/digest.ts';
import type { WheelFile } from '../bundle/types.ts';
import { formatRecord } from '../bundle/wheel/record.ts';
import type { ReadFile } from './wheel-reader.ts';

/**
 * How a node makes a wheel's RECORD from what it knows of the files. True: as `conc build` writes it. A text: with NUL for what it knows
 * of a row's file, its hash and size. False: it can't.
 */
export async function recordText(
  files: readonly WheelFile[],
  record: WheelFile,
  read: ReadFile,
): Promise<boolean | string> {
  if (record.executable) return false;
  if (sha256(formatRecord(files, record.path)) === record.sha256) return true;
  const bytes = await read(record);
  if (bytes === null) return false;
  const text = bytes.toString('utf8');
  if (text.includes('\0') || !Buffer.from(text).equals(bytes)) return false;
  const told = new Map(files.map((file) => [file.path, rowEnd(file)]));
  // A field with a quote inside is left as it is: hardly any file has one in its name.
  return text.replaceAll(
    /^("?)([^"\r\n]+)\1,(sha256=[\w-]{43},\d+)(?=\r?$)/gm,
    (row, quote: string, path: string, end: string) =>
      told.get(path) === end && (quote === '"' || !path.includes(',')) ? `${quote}${path}${quote},\0` : row,
  );
}

const rowEnd = ({ sha256, size }: WheelFile): string =>
  `sha256=${Buffer.from(sha256, 'hex').toString('base64url')},${size}`;
