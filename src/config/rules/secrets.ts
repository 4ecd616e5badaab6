import { specOf } from '../keys.ts';
import { looksSecret, secretVariables } from '../secret.ts';
import type { Problem } from '../types.ts';
import type { NodeView } from './view.ts';

/**
 * Secrets of the application's that stand in conc.ini: in every copy of it, in `release.json` and in the journal of each node.
 * Warnings, as they are by their names alone.
 */
export function secretProblems({ attributes, problem }: NodeView): Problem[] {
  return [...attributes.values()].flatMap((attribute) => {
    const { key, value } = attribute;
    const warning = (what: string, hint: string): Problem => ({
      ...problem('config.secret', attribute, what, hint),
      level: 'warning',
    });
    const names = secretVariables(key, value);
    if (names.length > 0) {
      const what = `${key}: ${names.join(', ')} ${names.length === 1 ? 'looks like a secret' : 'look like secrets'}, and whoever has this file has it`;
      return [warning(what, `Take it out, and: conc env set NODE ${names.join(' ')}`)];
    }
    if (specOf(key) !== undefined || !looksSecret(key) || value === '') return [];
    const variable = key.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_');
    const what = `${key} looks like a secret, and whoever has this file has it`;
    return [warning(what, `Let the application read a variable, and: conc env set NODE ${variable}`)];
  });
}
