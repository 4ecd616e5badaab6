/**
 * Text as Python's `str` sees it, where JavaScript differs: blanks and lower case.
 * The rules are those of CPython 3.10 (Unicode 13); newer Pythons fold a few letters more, see `newerLetters`.
 */

/** `str.strip()` */
export function strip(text: string): string {
  return trimEnd(text).slice(indentOf(text));
}

/** `str.rstrip()` */
export function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/** How many blanks stand before the first other character; a tab is one. */
export function indentOf(line: string): number {
  let indent = 0;
  while (indent < line.length && isBlank(line.charCodeAt(indent))) indent += 1;
  return indent;
}

/** Above ASCII, what `str.isspace()` takes for blank: \x85 too, but not U+FEFF. */
const WIDE_BLANK = /[\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/** `str.isspace()` of one character, all of which are below U+10000. Unlike `\s` it has \x1c-\x1f. */
function isBlank(code: number): boolean {
  if (code < 0x80) return code === 0x20 || (code >= 0x09 && code <= 0x0d) || (code >= 0x1c && code <= 0x1f);
  return WIDE_BLANK.test(String.fromCharCode(code));
}

/**
 * Capitals that Node.js folds and Python 3.10 does not: they came with Unicode 14 to 17.
 * (The ranges also hold small and unassigned letters, which neither changes.)
 */
const NEWER = '\\u1c89\\u2c2f\\ua7c0\\ua7cb-\\ua7dc\\u{10570}-\\u{10595}\\u{10d50}-\\u{10d65}\\u{16ea0}-\\u{16eb8}';
const NEWER_LETTER = new RegExp(`[${NEWER}]`, 'u');
const UP_TO_UNICODE_13 = new RegExp(`[^${NEWER}]+`, 'gu');

/** `str.lower()` of Python 3.10: how keys are folded. */
export function lower(text: string): string {
  return newerLetters(text) ? text.replace(UP_TO_UNICODE_13, (part) => part.toLowerCase()) : text.toLowerCase();
}

/** Are there letters that newer Pythons may fold differently? */
export function newerLetters(text: string): boolean {
  return NEWER_LETTER.test(text);
}
