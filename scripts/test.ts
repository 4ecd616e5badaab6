// `npm test`: everything. Checks, TypeScript's tests with real nodes, and the Python tests on every Python of the machine.
import './node-first.ts';
import { checks } from './check/checks.ts';
import { runChecks } from './check/run-checks.ts';
import { runPythonTests } from './test/python-tests.ts';
import { quickStarts } from './test/quick-starts.ts';
import { add, nothing, type Tally, tallyText } from './test/tally.ts';
import { runVitest, skipVitest } from './test/vitest.ts';

const isRoot = process.getuid?.() === 0;
let total: Tally = nothing;
quickStarts();

heading('Checks');
const failed = await runChecks(checks);
total = add(total, { passed: checks.length - failed, failed, skipped: 0 });

heading('Python, on every version here; beside it TypeScript, the package, and real nodes');
// What waits most, the nodes, begins at once, beside what computes.
const beside = await Promise.all([
  runPythonTests(),
  isRoot ? runVitest('nodes') : skipVitest('nodes'),
  // A package is built in this tree: nobody is to look at it meanwhile.
  runVitest('unit').then(async (unit) => add(unit, await runVitest('package'))),
]);
total = beside.reduce(add, total);
if (!isRoot) console.log('Not run, as it needs root: the tests on booted nodes (test/nodes, test/e2e, test/faults)');

console.log();
console.log(tallyText(total));
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;

function heading(text: string): void {
  console.log(`\n${text}`);
}
