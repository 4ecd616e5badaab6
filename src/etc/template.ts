import { isSecret } from '../config/secret.ts';

/** A placeholder that nothing can stand for. */
export interface Missing {
  readonly key: string;
  /** From 1. */
  readonly line: number;
}

export interface Filled {
  readonly text: string;
  readonly missing: readonly Missing[];
  /** Lines of `text` that hold a value which is not to be shown. */
  readonly secretLines: readonly number[];
}

/** Puts values for `@{key}`; `@@{` is a literal `@{`. Keys fold case, as conc.ini's do. */
export function fill(template: string, values: Readonly<Record<string, string>>): Filled {
  const missing: Missing[] = [];
  const secretLines: number[] = [];
  let text = '';
  let line = 1;
  let written = 1;
  const add = (piece: string): void => {
    text += piece;
    written += newlines(piece);
  };
  for (const part of template.split(/(@@\{|@\{[^}\n]*\}?)/)) {
    const key = /^@\{(.*)\}$/s.exec(part)?.[1]?.trim().toLowerCase();
    if (part === '@@{') add('@{');
    else if (!part.startsWith('@{')) add(part);
    else if (key === undefined || values[key] === undefined) missing.push({ key: key ?? part, line });
    else {
      const first = written;
      add(values[key]);
      if (isSecret(key)) for (let each = first; each <= written; each += 1) secretLines.push(each);
    }
    line += newlines(part);
  }
  return { text, missing, secretLines: [...new Set(secretLines)] };
}

const newlines = (text: string): number => text.split('\n').length - 1;

/** As text, if a person would call it that: UTF-8 without NUL. Else null: it is placed as it is. */
export function asText(bytes: Uint8Array): string | null {
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
