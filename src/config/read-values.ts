import { defaultOf } from './keys.ts';
import type { Attribute } from './types.ts';
import { linesOf } from './values.ts';

/** Values that were checked already, or their defaults. */
export interface Values {
  readonly text: (key: string) => string | undefined;
  /** Of a key that has a default. */
  readonly number: (key: string) => number;
  readonly lines: (key: string) => string[];
}

export function readValues(attributes: ReadonlyMap<string, Attribute>): Values {
  const text = (key: string): string | undefined => attributes.get(key)?.value ?? defaultOf(key);
  return { text, number: (key) => Number(text(key)), lines: (key) => linesOf(text(key) ?? '') };
}
