/** The words that stand for five fields (crontab(5)). */
const nicknames = ['@reboot', '@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'];
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

interface Field {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  readonly names?: readonly string[];
}

const fields: readonly Field[] = [
  { name: 'minute', least: 0, most: 59 },
  { name: 'hour', least: 0, most: 23 },
  { name: 'day of the month', least: 1, most: 31 },
  { name: 'month', least: 1, most: 12, names: months },
  { name: 'day of the week', least: 0, most: 7, names: days },
];

/**
 * What is wrong with the time of an entry, as Debian's cron reads it; undefined: nothing. The node has the same rule
 * (agent/conc_agent/servers/schedule.py), and both are held against one list of cases.
 */
export function whenFault(when: string): string | undefined {
  if (when.startsWith('@')) return nicknames.includes(when) ? undefined : `${when}: cron knows ${nicknames.join(', ')}`;
  const words = when.split(/[ \t]+/).filter((word) => word !== '');
  if (words.length !== fields.length)
    return `${words.length} fields, and cron wants five: minute, hour, day, month, weekday`;
  for (const [index, field] of fields.entries()) {
    const word = words[index] ?? '';
    if (!word.split(',').every((part) => isPart(part, field)))
      return `${word} is no ${field.name}: ${field.least} to ${field.most}, *, 1-5, */5, or several with commas`;
  }
  return undefined;
}

/** A step follows `*` or a range alone: `5/2` is none. */
function isPart(part: string, field: Field): boolean {
  const found = /^(?:\*|([0-9a-z]+)(?:-([0-9a-z]+))?)(?:\/([0-9]+))?$/i.exec(part);
  if (found === null) return false;
  const [, first, last, step] = found;
  if (step !== undefined && (Number(step) === 0 || (first !== undefined && last === undefined))) return false;
  if (first === undefined) return true;
  const low = numberOf(first, field);
  const high = last === undefined ? low : numberOf(last, field);
  return low !== undefined && high !== undefined && field.least <= low && low <= high && high <= field.most;
}

function numberOf(word: string, { least, names = [] }: Field): number | undefined {
  if (/^[0-9]{1,3}$/.test(word)) return Number(word);
  const at = names.indexOf(word.toLowerCase());
  // Months count from 1, days from 0.
  return at < 0 ? undefined : at + least;
}
