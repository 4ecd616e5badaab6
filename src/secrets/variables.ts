import { ConcError } from '../errors/conc-error.ts';
import { Secret } from './secret.ts';

/** Values of an application's secrets, by the names of their variables. */
export type Variables = ReadonlyMap<string, Secret>;

/** POSIX, Base Definitions, 8.1: a name in the environment that every shell can use. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** How a process is started, and what is loaded into it, is conc's, the loader's and the interpreter's. The agent has the same rule. */
const RESERVED = ['PATH', 'VIRTUAL_ENV', 'CREDENTIALS_DIRECTORY', 'NOTIFY_SOCKET', 'BASH_ENV', 'ENV', 'IFS'];
const RESERVED_PREFIXES = ['CONC_', 'LD_', 'LISTEN_', 'PYTHON'];
/** Bytes of `NAME=value` and the NUL behind it that execve(2) takes. */
const LONGEST = 1 << 17;
/** Of all together: JSON makes six of one at most, and a credential of systemd's has 1 MiB (systemd.exec(5)). */
const LARGEST = 160 << 10;

/** ConcError `env.name` (exit 2) where one can't be a secret. */
export function checkNames(names: readonly string[]): void {
  for (const name of names) {
    // What is no name may be a value that stands in the wrong place: it is not shown.
    if (!NAME.test(name)) throw badName(name.includes('=') ? shownName(name) : null);
    if (RESERVED.includes(name) || RESERVED_PREFIXES.some((prefix) => name.startsWith(prefix))) throw reserved(name);
  }
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw usage(`${twice} is named twice`, 'Name it once');
}

/**
 * What was piped in. One name: all of it is its value, but for one newline at its end. Else lines of `NAME=value`, as they
 * are: no quotes, no continuation; empty ones, and those that begin with `#`, are left out. With names: just those.
 */
export function readVariables(input: Buffer, names: readonly string[]): Variables {
  const text = decoded(input);
  const [only, ...more] = names;
  const given =
    only !== undefined && more.length === 0 ? new Map([[only, new Secret(text.replace(/\r?\n$/, ''))]]) : lines(text);
  const lacking = names.filter((name) => !given.has(name));
  const surplus = names.length === 0 ? [] : [...given.keys()].filter((name) => !names.includes(name));
  if (lacking.length > 0) throw usage(`no line on stdin gives ${lacking.join(', ')}`, 'Write NAME=value, a line each');
  if (surplus.length > 0)
    throw usage(`stdin gives ${surplus.join(', ')} too, and they were not named`, 'Name them all, or none');
  if (given.size === 0) throw usage('stdin gives no variable', 'Write NAME=value, a line each');
  checkNames([...given.keys()]);
  return checkVariables(given);
}

/** ConcError `env.value` (exit 2): nothing that execve(2) takes. No value is in its text. */
export function checkVariables(variables: Variables): Variables {
  let total = 0;
  for (const [name, secret] of variables) {
    const value = secret.reveal();
    if (value.includes('\0')) throw badValue(name, 'it holds a NUL, which no variable can');
    const size = Buffer.byteLength(value) + name.length + 2;
    if (size > LONGEST)
      throw badValue(name, `it has ${size} bytes, and a variable ${LONGEST} at most: keep it in a file`);
    total += size;
  }
  if (total > LARGEST)
    throw badValue([...variables.keys()].join(', '), `they have more than ${LARGEST} bytes together`);
  return variables;
}

function lines(text: string): Map<string, Secret> {
  const found = new Map<string, Secret>();
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const end = line.indexOf('=');
    const name = end < 0 ? '' : line.slice(0, end);
    if (!NAME.test(name))
      throw usage(`line ${at + 1} of stdin is not NAME=value`, 'Without export, without blanks around the =');
    if (found.has(name)) throw usage(`${name} is on stdin twice`, 'Write it once');
    found.set(name, new Secret(line.slice(end + 1)));
  }
  return found;
}

function decoded(input: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(input);
  } catch {
    throw usage('what came on stdin is not UTF-8', 'Encode it: base64, for one');
  }
}

const shownName = (word: string): string | null => {
  const name = word.slice(0, word.indexOf('='));
  return NAME.test(name) ? name : null;
};

const badName = (given: string | null): ConcError =>
  new ConcError({
    code: 'env.name',
    message:
      given === null
        ? 'a word that is no name of a variable stands where names are: letters, digits and "_", no digit first'
        : `a value stands behind ${given}=, where anybody on this machine can read it`,
    hint:
      given === null
        ? 'conc env set NODE NAME'
        : `conc env set NODE ${given}: it is asked for, or read with --stdin. Take this one out of your shell's history, and out of use`,
    state: 'nothing was changed',
    exit: 2,
  });

const reserved = (name: string): ConcError =>
  new ConcError({
    code: 'env.name',
    message: `${name} says how a process is started, or what is loaded into it: it can't be a secret`,
    hint: 'For what is none: process.NAME.env in conc.ini',
    state: 'nothing was changed',
    exit: 2,
  });

const badValue = (name: string, why: string): ConcError =>
  new ConcError({ code: 'env.value', message: `${name}: ${why}`, state: 'nothing was changed', exit: 2 });

const usage = (message: string, hint: string): ConcError =>
  new ConcError({ code: 'env.input', message, hint, state: 'nothing was changed', exit: 2 });
