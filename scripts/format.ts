// Formats everything, and mends what the linters can mend by themselves.
import './node-first.ts';
import { type Check, runChecks } from './check/run-checks.ts';

const formatters: readonly Check[] = [
  { name: 'biome', argv: ['node_modules/.bin/biome', 'check', '--write'] },
  { name: 'ruff check', argv: ['.tools/venv/bin/ruff', 'check', '--fix', '--quiet'] },
  { name: 'ruff format', argv: ['.tools/venv/bin/ruff', 'format', '--quiet'] },
];

process.exitCode = (await runChecks(formatters)) === 0 ? 0 : 1;
