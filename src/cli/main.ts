#!/usr/bin/env node
import { isatty } from 'node:tty';
import type { CliContext } from './context.ts';
import { version } from './version.ts';

const argv = process.argv.slice(2);
const words = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
const json = words.includes('--json');
const verbose = words.includes('--verbose');

const context: CliContext = {
  out: (text) => void process.stdout.write(`${text}\n`),
  err: (text) => void process.stderr.write(`${text}\n`),
  colour: process.env.NO_COLOR === undefined && !json && process.stderr.isTTY,
  live: process.stderr.isTTY && process.env.TERM !== 'dumb' && !json,
  // `process.stdin` is made where somebody reads it.
  interactive: isatty(0) && process.stderr.isTTY,
  cwd: process.cwd(),
  finish: (exit) => {
    process.exitCode = exit;
  },
};

// A reader that went away (`conc log | head`) is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  if (error.code !== 'EIO') throw error;
});

// A terminal that was closed takes nothing more: SIGHUP has told of it, and what is under way comes to its end.
process.stderr.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EIO' && error.code !== 'EPIPE') throw error;
});

try {
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) context.out(version());
  else {
    const { keepCompiledCode } = await import('./compile-cache.ts');
    keepCompiledCode();
    const { runProgram } = await import('./program.ts');
    await runProgram(argv, context, version());
  }
} catch (error) {
  const { errorJson, errorLines } = await import('./print-error.ts');
  const { exit } = error as { readonly exit?: unknown };
  process.exitCode = exit === 1 || exit === 2 || exit === 3 || exit === 4 ? exit : 1;
  if (json) context.out(JSON.stringify(errorJson(error)));
  else for (const line of errorLines(error, verbose)) context.err(line);
}
