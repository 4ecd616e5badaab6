const maxComponent = 255;
/** A quarter of PATH_MAX, so that a root's own length never decides whether a wheel can be placed. */
const maxPath = 1024;

/** Also what Python's `str.splitlines` takes for the end of a line: RECORD and METADATA are read by lines. */
const control = /[\p{Cc}\u2028\u2029]/u;

/**
 * What is wrong with a relative path of an archive; null when nothing is. The node's agent asks the same
 * (`conc_agent/install/names.py`), in the same words. Stricter than pip, which normalises `a//b` and `./a`.
 */
export function pathProblem(path: string): string | null {
  if (path === '') return 'an empty name';
  if (path.startsWith('/')) return 'an absolute path';
  if (path.includes('\\')) return 'a backslash in a name';
  if (/^[A-Za-z]:/.test(path)) return 'a drive letter in a name';
  if (control.test(path)) return 'a control character in a name';
  for (const part of path.split('/')) {
    if (part === '..') return 'a path that leaves its folder';
    if (part === '' || part === '.') return 'a path that is not in its plain form';
    if (Buffer.byteLength(part) > maxComponent) return 'a name of more than 255 bytes';
  }
  return Buffer.byteLength(path) > maxPath ? 'a path of more than 1024 bytes' : null;
}

/** What is wrong with the name of a generated script; null when nothing is. */
export function scriptProblem(name: string): string | null {
  if (name.includes('/')) return 'a script that leaves bin/';
  if (/[ \t]/.test(name)) return "a blank in a script's name";
  return pathProblem(name);
}

/** A name as messages show it: what is not printable ASCII is escaped, so that it can't play tricks on a terminal. */
export const shown = (path: string): string => {
  const whole = JSON.stringify(path).replaceAll(
    /[^ -~]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return whole.length > 200 ? `${whole.slice(0, 200)}…` : whole;
};
