/** One row of a RECORD that names a file: its hash, as `sha256=…` gives it, and its size. */
export interface RecordRow {
  readonly path: string;
  readonly algorithm: string;
  /** base64url without padding. */
  readonly digest: string;
  readonly size: number | null;
  /** As it is written: perhaps no number. */
  readonly sizeText: string;
}

/** The rows of a RECORD (the binary distribution format): CSV with `"` as its quote. Null: a row that is none. */
export function parseRecord(text: string): readonly RecordRow[] | null {
  const rows: RecordRow[] = [];
  for (const fields of parseCsv(text)) {
    const [path = '', hash = '', size = ''] = fields;
    if (fields.length === 1 && path === '') continue;
    if (fields.length > 3 || path === '') return null;
    const at = hash.indexOf('=');
    rows.push({
      path,
      algorithm: at < 0 ? hash : hash.slice(0, at),
      digest: at < 0 ? '' : hash.slice(at + 1),
      size: /^\d+$/.test(size) ? Number(size) : null,
      sizeText: size,
    });
  }
  return rows;
}

/** A RECORD's text, rows sorted by path, the RECORD itself last and without a hash. Digests are hex. */
export function formatRecord(files: readonly { path: string; sha256: string; size: number }[], self: string): string {
  const rows = files
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
    .map(
      ({ path, sha256, size }) => `${quote(path)},sha256=${Buffer.from(sha256, 'hex').toString('base64url')},${size}`,
    );
  return [...rows, `${quote(self)},,`, ''].join('\n');
}

const quote = (field: string): string => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field);

/** CSV as Python's csv module reads it by default. */
function* parseCsv(text: string): Generator<string[]> {
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\r|\n|$)/y;
  let row: string[] = [];
  while (field.lastIndex < text.length) {
    const match = field.exec(text);
    if (match === null) {
      yield ['', '', '', ''];
      return;
    }
    row.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === ',') {
      if (field.lastIndex === text.length) row.push('');
      else continue;
    }
    yield row;
    row = [];
  }
}
