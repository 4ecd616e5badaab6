import { normalizeName } from '../../bundle/standards/names.ts';

/** `fastapi[standard]>=0.1; python_version > "3"` gives `fastapi` and `fastapi[standard]` (PEP 508). */
export function requiredNames(lines: readonly string[]): Set<string> {
  const names = new Set<string>();
  for (const line of lines) {
    const [, name, extras = ''] = /^\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[([^\]]*)\])?/.exec(line) ?? [];
    if (name === undefined) continue;
    names.add(normalizeName(name));
    for (const extra of extras.split(',').filter(Boolean))
      names.add(`${normalizeName(name)}[${normalizeName(extra.trim())}]`);
  }
  return names;
}
