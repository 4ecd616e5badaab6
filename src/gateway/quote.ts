import { ConcError } from '../errors/conc-error.ts';

/**
 * One word for a remote login shell, whichever it is: sh, csh and fish read it alike. Inside single quotes they differ
 * over `'`, `\` and `!`, so these stand outside, each behind a backslash. A leading `~/` is left to the shell.
 */
export function quoteForAnyShell(word: string): string {
  const control = [...word].find((character) => character < ' ' || character === '\x7f');
  if (control !== undefined || word === '') {
    throw new ConcError({
      code: 'gateway.unquotable',
      message: `${JSON.stringify(word)} can't be passed through a login shell: it is empty or has a control character`,
      hint: 'set python to the path of an interpreter',
      exit: 2,
    });
  }
  const home = word.startsWith('~/') ? '~/' : '';
  const rest = word.slice(home.length);
  if (/^[A-Za-z0-9_./+:@%,-]*$/.test(rest)) return home + rest;
  return home + rest.replace(/[^'\\!]+|['\\!]/g, (part) => (/['\\!]/.test(part) ? `\\${part}` : `'${part}'`));
}
