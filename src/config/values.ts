import { quoted } from './printable.ts';
import { strip } from './python-text.ts';
import { shellWords } from './shell-words.ts';
import type { KeySpec } from './types.ts';

/** The words that configparser's getboolean takes. */
const YES_NO = new Map([
  ...['1', 'yes', 'true', 'on'].map((word) => [word, true] as const),
  ...['0', 'no', 'false', 'off'].map((word) => [word, false] as const),
]);

export interface ValueFault {
  readonly what: string;
  readonly hint: string;
}

/** What is wrong with a value, and what to write instead; undefined: nothing. */
export function valueFault(spec: KeySpec, value: string): ValueFault | undefined {
  if (spec.type === 'names') return formFault(spec, splitNames(value));
  if (spec.type === 'lines') return formFault(spec, linesOf(value));
  if (value === '') return { what: 'it is empty', hint: 'Write a value, or remove the key' };
  if (value.includes('\0')) return { what: 'it has a NUL character', hint: 'Remove it' };
  if (spec.type !== 'command' && value.includes('\n')) {
    return {
      what: 'it must be on one line',
      hint: 'A line that is indented more deeply belongs to the value above it',
    };
  }
  switch (spec.type) {
    case 'integer':
      return /^[0-9]+$/.test(value)
        ? boundsFault(spec, value)
        : { what: 'not a whole number', hint: 'Write digits only' };
    case 'seconds':
      if (/^[0-9]+(\.[0-9]+)?$/.test(value)) return boundsFault(spec, value);
      return { what: 'not a number of seconds', hint: 'Write a number without a unit, such as 90 or 0.5' };
    case 'yes/no':
      return YES_NO.has(value.toLowerCase()) ? undefined : { what: 'neither yes nor no', hint: 'Write yes or no' };
    case 'choice':
      return choiceFault(spec.choices ?? [], value);
    case 'url':
      return urlFault(value);
    case 'command':
      if (shellWords(value) !== undefined) return undefined;
      return {
        what: 'a quotation mark is not closed, or nothing follows the last \\',
        hint: 'Quote it as for a shell',
      };
    case 'text':
    case 'path':
      return formFault(spec, [value]);
  }
}

export function isYes(value: string): boolean {
  return YES_NO.get(value.toLowerCase()) === true;
}

/** The lines of a value, without the empty ones. */
export function linesOf(value: string): string[] {
  return value
    .split('\n')
    .map(strip)
    .filter((line) => line !== '');
}

/** Names between commas or line ends, without the empty ones. */
export function splitNames(value: string): string[] {
  return value
    .split(/[,\n]/)
    .map(strip)
    .filter((name) => name !== '');
}

function formFault({ form, type }: KeySpec, texts: readonly string[]): ValueFault | undefined {
  const wrong = texts.find((text) => form?.pattern.test(text) === false);
  if (wrong === undefined) return undefined;
  return {
    what: type === 'lines' || type === 'names' ? `${quoted(wrong)} is not usable` : 'not usable',
    hint: `Write ${form?.words}`,
  };
}

function choiceFault(choices: readonly string[], value: string): ValueFault | undefined {
  if (choices.includes(value)) return undefined;
  const few = choices.length === 1 ? `The only choice is: ${choices[0]}` : `Choices are: ${choices.join(', ')}`;
  return { what: 'no such choice', hint: few };
}

function boundsFault({ least = 0, most }: KeySpec, value: string): ValueFault | undefined {
  const number = Number(value);
  const hint = most === undefined ? `Write ${least} or more` : `Write a number from ${least} to ${most}`;
  if (number < least) return { what: `less than ${least}`, hint };
  return number > (most ?? Number.MAX_SAFE_INTEGER) ? { what: 'too large', hint } : undefined;
}

function urlFault(value: string): ValueFault | undefined {
  if (/^\/(?!\/)\S*$/.test(value) || (/^https?:\/\/\S+$/.test(value) && URL.canParse(value))) return undefined;
  return { what: 'not a URL', hint: 'Write http://…, https://…, or a path such as /healthz' };
}
