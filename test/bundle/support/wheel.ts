import { createHash } from 'node:crypto';
import { askPython } from './python.ts';

export interface WheelEntrySpec {
  readonly name: string;
  readonly text: string;
  /** Unix mode with its type, as the archive's external attributes hold it. */
  readonly mode?: number;
  /** Extra field, byte by byte. */
  readonly extra?: string;
}

const row = (name: string, text: string): string =>
  `${name},sha256=${createHash('sha256').update(text).digest('base64url')},${Buffer.byteLength(text)}`;

/** The entries of a sound wheel `demo-1.0-py3-none-any.whl` with these files besides. */
export function soundWheel(
  files: readonly WheelEntrySpec[] = [{ name: 'demo/__init__.py', text: 'x = 1\n' }],
): WheelEntrySpec[] {
  const entries = [
    ...files,
    { name: 'demo-1.0.dist-info/METADATA', text: 'Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n\nName: other\n' },
    { name: 'demo-1.0.dist-info/WHEEL', text: 'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n' },
  ];
  const rows = entries.map(({ name, text }) => row(name, text));
  return [...entries, { name: 'demo-1.0.dist-info/RECORD', text: `${rows.join('\n')}\ndemo-1.0.dist-info/RECORD,,\n` }];
}

/** Writes an archive just as told: Python's zipfile lets anything through. `patch` replaces bytes afterwards, first occurrence. */
export async function writeZip(
  path: string,
  entries: readonly WheelEntrySpec[],
  patch: readonly (readonly [string, string])[] = [],
): Promise<void> {
  const program = `import json, sys, warnings, zipfile
warnings.simplefilter("ignore")
path, entries, patches = json.load(sys.stdin)
with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
    for entry in entries:
        info = zipfile.ZipInfo("placeholder")
        info.filename = entry["name"]
        info.external_attr = entry.get("mode", 0o100644) << 16
        info.extra = entry.get("extra", "").encode("latin-1")
        info.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(info, entry["text"])
data = open(path, "rb").read()
for before, after in patches:
    data = data.replace(before.encode("latin-1"), after.encode("latin-1"), 1)
open(path, "wb").write(data)
print("null")`;
  await askPython('python3', program, [path, entries, patch]);
}
