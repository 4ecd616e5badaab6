import type { Check } from './run-checks.ts';

const bin = (name: string) => `node_modules/.bin/${name}`;
const python = (name: string) => `.tools/venv/bin/${name}`;

/** Everything that a reviewer's machine can check, in the order of how soon a person wants to know. */
export const checks: readonly Check[] = [
  { name: 'format and lint (biome)', argv: [bin('biome'), 'check', '--error-on-warnings'] },
  { name: 'types (tsc)', argv: [bin('tsc'), '-p', '.'] },
  { name: 'typed lint (oxlint)', argv: [bin('oxlint'), '--deny-warnings'] },
  { name: 'import directions (dependency-cruiser)', argv: [bin('node'), 'scripts/check/imports.ts'] },
  { name: 'unused code (knip)', argv: [bin('knip'), '--no-progress'] },
  { name: 'Python lint (ruff)', argv: [python('ruff'), 'check', '--quiet'] },
  { name: 'Python format (ruff)', argv: [python('ruff'), 'format', '--check', '--quiet'] },
  { name: 'Python types (basedpyright)', argv: [python('basedpyright'), '--level', 'error'] },
];
