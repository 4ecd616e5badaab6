// Python tools for development, in .tools/venv: uv (locks and builds fast), and for the checks ruff and basedpyright.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { aptInstall, canApt } from './debian.mjs';
import { root, run, SetupProblem, say, step } from './say.mjs';

/** @type {[number, number]} */
const LEAST = [3, 9];
const venv = join(root, '.tools/venv');
const python = join(venv, 'bin/python3');

/** @param {string[]} sets names of the requirements files in scripts/python/ */
export async function installPythonTools(sets) {
  if ((await run(python, ['-c', 'import pip'])).code !== 0) await makeVenv();
  for (const set of sets) {
    const requirements = join(root, `scripts/python/${set}.txt`);
    const stamp = join(venv, `${set}.sha256`);
    const digest = createHash('sha256').update(readFileSync(requirements)).digest('hex');
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) continue;
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input'];
    await step(`Python tools (${names(requirements)})`, python, [...pip, '--require-hashes', '-r', requirements]);
    writeFileSync(stamp, digest);
  }
}

async function makeVenv() {
  const base = await findPython();
  if ((await run(base, ['-c', 'import venv, ensurepip'])).code !== 0) {
    // Debian leaves both out of its python3.
    if (!canApt()) {
      throw new SetupProblem(
        `${base} can't make a virtual environment with pip. As root: apt-get install python3-venv`,
      );
    }
    await aptInstall(['python3-venv']);
  }
  rmSync(venv, { recursive: true, force: true });
  mkdirSync(join(root, '.tools'), { recursive: true });
  say('a virtual environment for Python tools, in .tools/venv');
  const made = await run(base, ['-m', 'venv', venv]);
  if (made.code !== 0) throw new SetupProblem(`${base} -m venv .tools/venv failed\n${made.output.trimEnd()}`);
}

/** The first Python that is new enough. */
async function findPython() {
  const seen = [];
  for (const candidate of ['python3', '/usr/bin/python3']) {
    const { code, output } = await run(candidate, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])']);
    if (code !== 0) continue;
    const [major = 0, minor = 0] = output.trim().split('.').map(Number);
    if (major > LEAST[0] || (major === LEAST[0] && minor >= LEAST[1])) return candidate;
    seen.push(`${candidate} is ${output.trim()}`);
  }
  const found = seen.length > 0 ? seen.join(', ') : 'there is no python3';
  throw new SetupProblem(
    `Python ${LEAST.join('.')} or newer is needed; ${found}. As root: apt-get install python3 python3-venv`,
  );
}

/** @param {string} requirements */
function names(requirements) {
  const found = readFileSync(requirements, 'utf8')
    .split('\n')
    .flatMap((line) => /^([\w.-]+)==/.exec(line)?.[1] ?? []);
  return [...new Set(found)].join(', ');
}
