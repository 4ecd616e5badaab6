// How the set-up speaks, and how it runs other programs.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The folder of the clone. */
export const root = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');

/** Something that a person has to mend: printed as it is, without a stack. */
export class SetupProblem extends Error {}

/** @param {string} text */
export function say(text) {
  console.error(`setup: ${text}`);
}

/** @typedef {{ code: number, output: string }} Outcome `code` is 127 where the program isn't there */

/**
 * Runs a program to its end, without a stdin, and keeps what it prints.
 * @param {string} program
 * @param {string[]} args
 * @param {Record<string, string | undefined>} env added to this process's
 * @returns {Promise<Outcome>}
 */
export function run(program, args, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const keep = (/** @type {Buffer} */ chunk) => {
      output += chunk;
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => resolve({ code: 127, output: error.message }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/**
 * Runs one long step: told in one line with its time, or with everything it printed when it fails.
 * @param {string} what
 * @param {string} program
 * @param {string[]} args
 * @param {Record<string, string | undefined>} env
 */
export async function step(what, program, args, env = {}) {
  const started = Date.now();
  say(`${what} …`);
  const { code, output } = await run(program, args, env);
  if (code !== 0) {
    throw new SetupProblem(`${what} failed (${program} ${args.join(' ')}, exit ${code})\n${output.trimEnd()}`);
  }
  say(`${what}: done in ${((Date.now() - started) / 1000).toFixed(0)} s`);
}
