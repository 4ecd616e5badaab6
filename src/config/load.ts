import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ConcError } from '../errors/conc-error.ts';
import { parseIni } from './parse.ts';
import { ConfigError, shownPath, throwErrors } from './problem.ts';
import type { Config } from './types.ts';

/** Reads and parses; what Python's configparser would refuse is thrown as one ConfigError (exit 2), every problem in it. */
export function loadConfig(file: string, cwd: string = process.cwd()): Config {
  const config = readConfig(file, cwd);
  throwErrors(config.problems);
  return config;
}

/** As loadConfig, but with the problems in the value: what `conc check` starts from. Throws only if there is no text to read. */
export function readConfig(file: string, cwd: string = process.cwd()): Config {
  const absolute = resolve(cwd, file);
  const shown = shownPath(absolute, cwd);
  return { file: absolute, shown, ...parseIni(readText(absolute, shown), shown) };
}

function readText(file: string, shown: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ConcError({ code: 'config.unreadable', message: `${shown} can't be read: ${why}`, exit: 2, cause });
  }
  // A byte order mark stays in the text, as in Python, where it is an error.
  if (isUtf8(bytes)) return bytes.toString('utf8');
  throw new ConfigError([
    {
      code: 'config.not-utf8',
      level: 'error',
      source: { file: shown, line: lineOfBadByte(bytes), section: '' },
      message: 'this line is not UTF-8',
      hint: 'Save the file as UTF-8',
    },
  ]);
}

/** No byte of a multi-byte character is a line feed, so lines can be judged one by one. */
function lineOfBadByte(bytes: Buffer): number {
  let line = 1;
  for (let start = 0; start < bytes.length; line += 1) {
    const feed = bytes.indexOf(0x0a, start);
    const end = feed < 0 ? bytes.length : feed;
    if (!isUtf8(bytes.subarray(start, end))) break;
    start = end + 1;
  }
  return line;
}
