import { isDeepStrictEqual } from 'node:util';
import { parse } from 'smol-toml';
import { z } from 'zod';
import type { FileChange } from '../types.ts';
import { requiredNames } from './names.ts';
import type { Requirements } from './types.ts';

const projectSchema = z.looseObject({ project: z.looseObject({ dependencies: z.array(z.string()).optional() }) });

/** `[project] dependencies` of a pyproject.toml. */
export function projectDependencies(text: string): Requirements {
  const { dependencies = [] } = projectSchema.parse(parse(text)).project;
  return { file: 'pyproject.toml', names: requiredNames(dependencies), add };

  function add(lines: readonly string[], why: string): FileChange | null {
    const quoted = lines.map((line) => JSON.stringify(line));
    const after = dependencies.length > 0 || hasArray.test(text) ? intoArray(text, quoted) : afterHeader(text, quoted);
    return isTheSameWith(text, after, [...dependencies, ...lines])
      ? { path: 'pyproject.toml', kind: 'changed', text: after, before: text, why }
      : null;
  }
}

/** `[tool.poetry.dependencies]`: a table, where every key is a name. */
export function poetryDependencies(text: string, dependencies: Readonly<Record<string, unknown>>): Requirements {
  const header = /^\[tool\.poetry\.dependencies\][^\n]*\n/m;
  return {
    file: 'pyproject.toml',
    names: requiredNames(Object.entries(dependencies).flatMap(([name, value]) => [name, ...withExtras(name, value)])),
    add: (lines, why) => {
      if (!header.test(text)) return null;
      const rows = lines.map((line) => `${line} = "*"\n`).join('');
      const after = text.replace(header, (found) => found + rows);
      return { path: 'pyproject.toml', kind: 'changed', text: after, before: text, why };
    },
  };
}

const extrasSchema = z.looseObject({ extras: z.array(z.string()) });
const withExtras = (name: string, value: unknown): string[] => {
  const parsed = extrasSchema.safeParse(value);
  return parsed.success ? [`${name}[${parsed.data.extras.join(',')}]`] : [];
};

/** Of `[project]` itself: no other table's header stands between. */
const hasArray = /^\[project\][^\n]*\n(?:(?!\[)[^\n]*\n)*?dependencies\s*=\s*\[/m;

/** Puts elements before the bracket that closes the array, in the way that it is written. */
function intoArray(text: string, elements: readonly string[]): string {
  const start = hasArray.exec(text);
  if (start === null) return text;
  const open = start.index + start[0].length;
  const close = closingBracket(text, open);
  const inside = text.slice(open, close);
  const kept = inside.trimEnd();
  const indent = /\n([ \t]+)\S/.exec(inside)?.[1] ?? '    ';
  const comma = kept === '' || /,\s*(#[^\n]*)?$/.test(kept) ? '' : ',';
  const added = inside.includes('\n')
    ? `${comma}${elements.map((each) => `\n${indent}${each},`).join('')}\n`
    : `${comma}${kept === '' ? '' : ' '}${elements.join(', ')}`;
  return text.slice(0, open) + kept + added + text.slice(close);
}

function afterHeader(text: string, elements: readonly string[]): string {
  return text.replace(/^\[project\][^\n]*\n/m, (header) => `${header}dependencies = [${elements.join(', ')}]\n`);
}

/** The index of the `]` that ends an array of strings; brackets in strings and comments don't. */
function closingBracket(text: string, from: number): number {
  const token = /"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|#[^\n]*|\]/g;
  token.lastIndex = from;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) if (match[0] === ']') return match.index;
  return from;
}

/** A text edit is believed when TOML reads it as the same document with these dependencies. */
function isTheSameWith(before: string, after: string, dependencies: readonly string[]): boolean {
  const [was, is] = [projectSchema.parse(parse(before)), safely(after)];
  if (is === null) return false;
  return isDeepStrictEqual(is, { ...was, project: { ...was.project, dependencies } });
}

function safely(text: string): z.infer<typeof projectSchema> | null {
  try {
    return projectSchema.parse(parse(text));
  } catch {
    return null;
  }
}
