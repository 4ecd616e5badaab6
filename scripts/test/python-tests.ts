import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { findPythons, type Python } from './pythons.ts';
import { add, nothing, type Tally, tallyText } from './tally.ts';

/** Python projects of this repository, each with its tests in `tests/`. */
const PROJECTS = ['agent', 'concops'];

/** They mostly wait, for processes that start and end: another half of each processor is left for what runs beside them. */
const AT_ONCE = availableParallelism();

/**
 * Runs the unittests of every Python project on every Python that the machine has. All of them run on the oldest and on the newest.
 * Those between leave out what no version changes: the order of system calls (`agent/tests/model`), the limits of file systems,
 * and supervisord, which has a Python and a clock of its own. Their fixtures' code runs there in other tests.
 */
export async function runPythonTests(): Promise<Tally> {
  const pythons = await findPythons();
  // The long ones first, so that none of them is left alone at the end.
  const runs = PROJECTS.flatMap((project) =>
    pythons.map((python) => ({ project, python, all: isOuter(python, pythons) })),
  ).sort((a, b) => Number(b.all) - Number(a.all));
  const next = runs.values();
  let total = nothing;
  const work = async () => {
    for (const { project, python, all } of next) {
      const tally = await runProject(project, python, all);
      total = add(total, tally);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return total;
}

const isOuter = (python: Python, all: readonly Python[]): boolean => python === all[0] || python === all.at(-1);

async function runProject(project: string, python: Python, all: boolean): Promise<Tally> {
  const started = performance.now();
  const { code, output } = await unittest(project, python, all);
  const tally = readOutcome(output, code);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${project.padEnd(8)} Python ${python.version.padEnd(8)} ${tallyText(tally)}  ${seconds} s`);
  if (tally.failed > 0) console.log(output.trimEnd().replace(/^/gm, '    '));
  return tally;
}

async function unittest(project: string, python: Python, all: boolean): Promise<{ code: number; output: string }> {
  const argv = ['-B', '-m', 'unittest', 'discover', '-s', 'tests', '-t', '.'];
  const child = spawn(python.executable, argv, {
    cwd: project,
    env: { ...process.env, ...(all ? {} : { CONC_TEST_SHORT: 'yes' }) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const keep = (chunk: Buffer) => {
    output += chunk.toString('utf8');
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const code = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exit) => resolve(exit ?? 1));
  });
  return { code, output };
}

/** Reads unittest's closing lines: `Ran 41 tests in 2.1s`, `FAILED (failures=1, errors=2, skipped=3)`. */
export function readOutcome(output: string, code: number): Tally {
  const ran = Number(/^Ran (\d+) tests? in /m.exec(output)?.[1] ?? 0);
  const closing = /^(?:OK|FAILED|NO TESTS RAN)(?: \((.*)\))?$/m.exec(output)?.[1] ?? '';
  const count = (what: string) => Number(new RegExp(`(?:^|, )${what}=(\\d+)`).exec(closing)?.[1] ?? 0);
  const skipped = count('skipped');
  const failed = count('failures') + count('errors') + count('unexpected successes');
  // It ended badly without a test that failed: nothing was found, or the interpreter died.
  if (failed === 0 && (code !== 0 || ran === 0)) return { passed: 0, failed: 1, skipped };
  return { passed: Math.max(0, ran - failed - skipped), failed, skipped };
}
