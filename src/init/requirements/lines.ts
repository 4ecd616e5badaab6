import { readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { requiredNames } from './names.ts';
import type { Requirements } from './types.ts';

/** A requirements file, a requirement a line; those that it includes (`-r`) are read, not written. */
export async function requirementLines(folder: string, file: string): Promise<Requirements> {
  const text = await readFile(join(folder, file), 'utf8');
  return {
    file,
    names: requiredNames(await flatten(folder, file)),
    add: (lines, why) => {
      const gap = text === '' || text.endsWith('\n') ? '' : '\n';
      return { path: file, kind: 'changed', text: `${text}${gap}${lines.join('\n')}\n`, before: text, why };
    },
  };
}

/** The requirements of a file and of those that it includes, without comments, options and hashes. */
export async function flatten(folder: string, file: string, seen = new Set<string>()): Promise<string[]> {
  if (seen.has(file)) return [];
  seen.add(file);
  const text = await readFile(join(folder, file), 'utf8').catch(() => '');
  const lines: string[] = [];
  for (const line of text.replaceAll('\\\n', ' ').split(/\r?\n/)) {
    const plain = line
      .replace(/(^|\s)#.*$/, '')
      .replaceAll(/\s--\S+/g, '')
      .trim();
    const included = /^(?:-r|--requirement)[=\s]*(\S+)/.exec(plain)?.[1];
    if (included !== undefined) lines.push(...(await flatten(folder, normalize(join(dirname(file), included)), seen)));
    else if (plain !== '' && !plain.startsWith('-')) lines.push(plain);
  }
  return lines;
}
