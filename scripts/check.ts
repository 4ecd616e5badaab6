// `npm run check`: runs all checks, whatever fails.
import './node-first.ts';
import { checks } from './check/checks.ts';
import { runChecks } from './check/run-checks.ts';

const failed = await runChecks(checks);
console.log(failed === 0 ? `${checks.length} checks, all well` : `${failed} of ${checks.length} checks failed`);
process.exitCode = failed === 0 ? 0 : 1;
