import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { add, nothing, type Tally } from './tally.ts';

const VITEST = 'node_modules/.bin/vitest';

const reportSchema = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.object({ status: z.string() })) })),
});

/** Runs a project of vitest.config.ts; what it prints goes to the terminal as it comes. */
export async function runVitest(project: string): Promise<Tally> {
  const folder = mkdtempSync(join(tmpdir(), 'conc-test-'));
  try {
    const report = join(folder, 'report.json');
    const code = await run([
      'run',
      '--project',
      project,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ]);
    return readReport(readFileSync(report, 'utf8'), code);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A project that can't run here: each of its tests counts as skipped. */
export async function skipVitest(project: string): Promise<Tally> {
  const folder = mkdtempSync(join(tmpdir(), 'conc-test-'));
  try {
    const list = join(folder, 'list.json');
    const code = await run(['list', '--project', project, `--json=${list}`]);
    if (code !== 0) return add(nothing, { passed: 0, failed: 1, skipped: 0 });
    return { ...nothing, skipped: z.array(z.unknown()).parse(JSON.parse(readFileSync(list, 'utf8'))).length };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readReport(text: string, code: number): Tally {
  const report = reportSchema.parse(JSON.parse(text));
  // A file that could not be loaded has failed without a failed test.
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  ).length;
  const failed = report.numFailedTests + broken;
  return {
    passed: report.numPassedTests,
    // An error outside of any test makes vitest fail, too.
    failed: code !== 0 && failed === 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

async function run(args: readonly string[]): Promise<number> {
  const child = spawn(VITEST, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}
