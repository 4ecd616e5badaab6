import { requiredNames } from './names.ts';
import type { Requirements } from './types.ts';

/** `install_requires` of a setup.cfg, written on lines of their own; null where it isn't. */
export function setupCfgRequirements(text: string): Requirements | null {
  const found = /^install_requires *= *\n((?:[ \t]+\S.*\n|[ \t]*\n(?=[ \t]+\S))*)/m.exec(text);
  if (found === null) return null;
  const [all, rows = ''] = found;
  const indent = /^([ \t]+)\S/m.exec(rows)?.[1] ?? '    ';
  const end = found.index + all.length;
  return {
    file: 'setup.cfg',
    names: requiredNames(rows.split('\n')),
    add: (lines, why) => {
      const added = lines.map((line) => `${indent}${line}\n`).join('');
      return {
        path: 'setup.cfg',
        kind: 'changed',
        text: text.slice(0, end) + added + text.slice(end),
        before: text,
        why,
      };
    },
  };
}
