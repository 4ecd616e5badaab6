import { processName, specOf } from './keys.ts';

/** What the last word of a key says that holds a secret: `db.password`, `stripe_api_key`, `SECRET_KEY`. */
const HOLDS =
  /(?:^|[._-])(?:(?:[a-z0-9]*(?:password|passwd|passphrase))|secret|token|credentials?|dsn|(?:secret|api|access|private|signing|encryption)[._-]?key)$/;

/** A key whose value is shown as `***`: one of conc's that the table says so of, or an application's own that looks like it. */
export const isSecret = (key: string): boolean => specOf(key)?.secret ?? looksSecret(key);

/** By its name alone: an application's own key, or a variable of a process. */
export const looksSecret = (name: string): boolean => HOLDS.test(name.toLowerCase());

/** A value as people may see it. Of a process's variables, line by line, those that look like secrets are not shown. */
export function shownValue(key: string, value: string): string {
  if (isSecret(key)) return MASK;
  if (!isVariables(key)) return value;
  return value.replace(/^([ \t]*([^=\s]+)=).+$/gm, (line, start: string, name: string) =>
    looksSecret(name) ? `${start}${MASK}` : line,
  );
}

/** Names of a process's variables that look like secrets, and have a value. */
export const secretVariables = (key: string, value: string): readonly string[] =>
  isVariables(key)
    ? [...value.matchAll(/^[ \t]*([^=\s]+)=.+$/gm)].map(([, name = '']) => name).filter(looksSecret)
    : [];

const isVariables = (key: string): boolean => processName(key) !== undefined && key.endsWith('.env');

const MASK = '***';
