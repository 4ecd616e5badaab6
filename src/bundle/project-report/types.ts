import type { Problem } from '../../config/types.ts';

/** The application's own wheel, as far as reports look at it. */
export interface WheelView {
  /** `shop-2.1.0-py3-none-any.whl` */
  readonly file: string;
  /** Of every file in it, as the archive has them. */
  readonly paths: readonly string[];
}

/** What a report says of a whole file or folder: no line of it. */
export function about(
  file: string,
  code: string,
  message: string,
  hint: string,
  level: Problem['level'] = 'warning',
): Problem {
  return { code, level, source: { file, line: 0, section: '' }, message, hint };
}

/** A few names, and how many there are besides. */
export const someOf = (names: readonly string[]): string =>
  `${names.slice(0, 4).join(', ')}${names.length > 4 ? ` and ${names.length - 4} more` : ''}`;

/** Is a path allowed by name: itself, or a folder of it that is written with a slash at its end? */
export const isAllowed = (path: string, allowed: readonly string[]): boolean =>
  allowed.some((each) => each === path || (each.endsWith('/') && path.startsWith(each)));
