// node_modules as package-lock.json says, and in it a Node.js that runs TypeScript as it is.
import { readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { root, run, SetupProblem, step } from './say.mjs';

/** @type {[number, number]} */
const LEAST = [22, 18];

export async function installNodePackages() {
  if (!matchesLock()) {
    // Without node_modules/.bin on PATH: npm must not run on a Node.js that `npm ci` is about to remove.
    const path = (process.env.PATH ?? '')
      .split(delimiter)
      .filter((part) => !part.endsWith(join('node_modules', '.bin')));
    await step('npm packages (npm ci)', 'npm', ['ci', '--loglevel=error', '--no-progress'], {
      PATH: path.join(delimiter),
    });
  }
  await requireNode();
}

/**
 * Is what npm last put into node_modules what package-lock.json asks for? npm writes its own record last, so a cut-off
 * install doesn't match.
 */
function matchesLock() {
  const wanted = packagesOf('package-lock.json');
  const present = packagesOf('node_modules/.package-lock.json');
  if (wanted === undefined || present === undefined) return false;
  return Object.entries(wanted).every(([place, entry]) => {
    if (place === '') return true;
    const there = present[place];
    // An optional package may be for another platform.
    return there === undefined ? entry.optional === true : there.version === entry.version;
  });
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, optional?: boolean }> | undefined}
 */
function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(join(root, file), 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/** The npm package `node` fetches its binary in an install script, which a site may have switched off. */
async function requireNode() {
  const { code, output } = await run(join(root, 'node_modules/.bin/node'), ['--version']);
  const [major = 0, minor = 0] = (/^v(\d+)\.(\d+)/.exec(output) ?? []).slice(1).map(Number);
  if (code === 0 && (major > LEAST[0] || (major === LEAST[0] && minor >= LEAST[1]))) return;
  const found = code === 0 ? `is ${output.trim()}` : 'is missing';
  throw new SetupProblem(
    `node_modules/.bin/node ${found}; conc's sources need Node.js ${LEAST.join('.')} or newer.\n` +
      'It comes with the npm package "node", whose install script must be allowed to run.\n' +
      'Try: npm rebuild node --ignore-scripts=false',
  );
}
