import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

const bin = (name: string) => join(process.cwd(), 'node_modules/.bin', name);

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'conc-house-'));
  for (const file of ['tsconfig.json', '.oxlintrc.json', 'package.json']) cpSync(file, join(folder, file));
  symlinkSync(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a tool says of a project that has this repository's options and one file. */
function say(
  argv: readonly [string, ...string[]],
  file: string,
  text: string,
): { code: number | null; output: string } {
  rmSync(join(folder, 'src'), { recursive: true, force: true });
  mkdirSync(join(folder, dirname(file)), { recursive: true });
  writeFileSync(join(folder, file), text);
  const [tool, ...args] = argv;
  const { status, stdout, stderr } = spawnSync(bin(tool), args, { cwd: folder, encoding: 'utf8' });
  return { code: status, output: stdout + stderr };
}

describe('the TypeScript of this house', () => {
  const compile = (text: string) => say(['tsc', '-p', '.'], 'src/a.ts', text);

  it('is as strict as was agreed', () => {
    const shown: unknown = JSON.parse(execFileSync(bin('tsc'), ['-p', '.', '--showConfig'], { encoding: 'utf8' }));
    const { compilerOptions } = z.object({ compilerOptions: z.record(z.string(), z.unknown()) }).parse(shown);
    expect(compilerOptions).toMatchObject({
      strict: true,
      verbatimModuleSyntax: true,
      erasableSyntaxOnly: true,
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
    });
  });

  it('lets plain code pass', () => {
    expect(compile('export const a: number = 1;\n')).toEqual({ code: 0, output: '' });
  });

  it.each([
    ['an index that may not be there', 'const list: number[] = [];\nexport const a: number = list[0];\n', 'TS2322'],
    ['undefined for what is optional', 'export const a: { x?: number } = { x: undefined };\n', 'TS2375'],
    ['syntax that does not erase', 'export enum A {\n  x,\n}\n', 'TS1294'],
    ['a type imported as a value', "import { PathLike } from 'node:fs';\nexport type A = PathLike;\n", 'TS1484'],
  ])('refuses %s', (_, text, code) => {
    const said = compile(text);
    expect(said.output).toContain(code);
    expect(said.code).not.toBe(0);
  });
});

describe('the typed lint', () => {
  const lint = (file: string, text: string) => say(['oxlint'], file, text);

  it.each([
    ['an awaited promise', 'src/plan/a.ts', 'async function b() {}\nexport async function a() {\n  await b();\n}\n'],
    ['that cli prints', 'src/cli/main.ts', "process.stdout.write('a');\nprocess.exitCode = 1;\n"],
  ])('lets %s pass', (_, file, text) => {
    const said = lint(file, text);
    expect(said.output).toContain('Found 0 warnings and 0 errors');
    expect(said.code).toBe(0);
  });

  it.each([
    ['a floating promise', 'no-floating-promises', 'async function b() {}\nexport function a() {\n  b();\n}\n'],
    [
      'a switch that forgets a case',
      'switch-exhaustiveness-check',
      "export function a(x: 'a' | 'b') {\n  switch (x) {\n    case 'a':\n      return 1;\n  }\n  return 2;\n}\n",
    ],
    ['an any that spreads', 'no-unsafe-assignment', "export const a: string = JSON.parse('1');\n"],
    ['a type imported out of sight', 'consistent-type-imports', "export type A = import('node:fs').PathLike;\n"],
    ['a print outside of cli', 'no-console', "console.log('a');\n"],
    ['a write to stdout outside of cli', 'no-restricted-properties', "process.stdout.write('a');\n"],
    ['an exit outside of cli', 'no-process-exit', 'process.exit(1);\n'],
    ['an exit code set outside of cli', 'no-restricted-properties', 'process.exitCode = 1;\n'],
  ])('finds %s', (_, rule, text) => {
    const said = lint('src/plan/a.ts', text);
    expect(said.output).toContain(rule);
    expect(said.code).toBe(1);
  });
});
