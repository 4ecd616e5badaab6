// Everything that a reviewer's machine can check. `npm run check` runs all of it, whatever fails.
import { type Check, runChecks } from './check/run-checks.ts';

const bin = (name: string) => `node_modules/.bin/${name}`;
const python = (name: string) => `.tools/venv/bin/${name}`;

const checks: readonly Check[] = [
  { name: 'format and lint (biome)', argv: [bin('biome'), 'check', '--error-on-warnings'] },
  { name: 'types (tsc)', argv: [bin('tsc'), '-p', '.'] },
  { name: 'typed lint (oxlint)', argv: [bin('oxlint'), '--deny-warnings'] },
  { name: 'import directions (dependency-cruiser)', argv: [bin('node'), 'scripts/check/imports.ts'] },
  { name: 'unused code (knip)', argv: [bin('knip'), '--no-progress'] },
  { name: 'Python lint (ruff)', argv: [python('ruff'), 'check', '--quiet'] },
  { name: 'Python format (ruff)', argv: [python('ruff'), 'format', '--check', '--quiet'] },
  { name: 'Python types (basedpyright)', argv: [python('basedpyright'), '--level', 'error'] },
];

const failed = await runChecks(checks);
console.log(failed === 0 ? `${checks.length} checks, all well` : `${failed} of ${checks.length} checks failed`);
process.exitCode = failed === 0 ? 0 : 1;
