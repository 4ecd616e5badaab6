import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkImports } from '../../scripts/check/imports.ts';

let tree = '';

beforeAll(() => {
  tree = mkdtempSync(join(tmpdir(), 'conc-imports-'));
  cpSync('package.json', join(tree, 'package.json'));
});

afterAll(() => rmSync(tree, { recursive: true, force: true }));

/** What is said of a tree with these files and no others. */
async function problemsOf(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  rmSync(join(tree, 'src'), { recursive: true, force: true });
  mkdirSync(join(tree, 'src'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), text);
  }
  const report = await checkImports(tree);
  expect(report.modules).toBe(Object.keys(files).length);
  return report.problems;
}

describe('the import directions', () => {
  it('hold in this tree, every module of it read', async () => {
    const report = await checkImports(process.cwd());
    expect(report.problems).toEqual([]);
    expect(report.modules).toBeGreaterThan(50);
  });

  it('let a tree pass that keeps to them', async () => {
    const problems = await problemsOf({
      'src/cli/main.ts': "import { run } from '../deploy/run.ts';\nrun();\n",
      'src/deploy/run.ts': "import { open } from '../gateway/open.ts';\nexport const run = () => open();\n",
      'src/gateway/open.ts': "import { spawn } from 'node:child_process';\nexport const open = () => spawn('true');\n",
      'src/plan/plan.ts': "import type { Op } from '../ops/types.ts';\nexport const plan = (op: Op) => op;\n",
      'src/ops/types.ts': 'export interface Op { name: string }\n',
    });
    expect(problems).toEqual([]);
  });

  const target = 'export const x = 1;\nexport type X = number;\n';
  it.each([
    ['gateway knows no deployments', 'gateway', '../deploy/x.ts', "import { x } from '../deploy/x.ts';"],
    ['not even as a type', 'gateway', '../deploy/x.ts', "import type { X } from '../deploy/x.ts';"],
    ['nor lazily', 'gateway', '../ops/x.ts', "export const lazy = () => import('../ops/x.ts');"],
    ['nor handed on', 'bundle', '../deploy/x.ts', "export { x } from '../deploy/x.ts';"],
    ['config knows nothing of others', 'config', '../plan/x.ts', "import { x } from '../plan/x.ts';"],
    ['errors even less', 'errors', '../config/x.ts', "import { x } from '../config/x.ts';"],
    ['deploy does not know the terminal', 'deploy', '../cli/x.ts', "import { x } from '../cli/x.ts';"],
  ])('%s', async (_, folder, to, statement) => {
    const problems = await problemsOf({
      [`src/${folder}/a.ts`]: `${statement}\nexport const a = 1;\n`,
      [join('src', folder, to)]: target,
    });
    expect(problems).toEqual([
      expect.stringMatching(`^src/${folder}/a.ts → ${join('src', folder, to)}: src/${folder} may import`),
    ]);
  });

  it('let plan import types of ops, and nothing that runs', async () => {
    const problems = await problemsOf({
      'src/plan/plan.ts': "import { x } from '../ops/x.ts';\nexport const plan = x;\n",
      'src/ops/x.ts': target,
    });
    expect(problems).toEqual([
      'src/plan/plan.ts → src/ops/x.ts: src/plan may import only types of config, sequence, ops: write `import type`',
    ]);
  });

  it.each(['fs', 'fs/promises', 'child_process', 'net', 'node:fs', 'node:https'])(
    'keep %s out of plan',
    async (name) => {
      const problems = await problemsOf({
        'src/plan/plan.ts': `import * as world from '${name}';\nexport const plan = world;\n`,
      });
      expect(problems).toEqual([expect.stringMatching(/^src\/plan\/plan.ts → .*touch no file, process or network$/)]);
    },
  );

  it('find a cycle, and a new folder', async () => {
    const problems = await problemsOf({
      'src/magic/a.ts': "import { b } from './b.ts';\nexport const a = () => b;\n",
      'src/magic/b.ts': "import { a } from './a.ts';\nexport const b = () => a;\n",
    });
    expect(problems).toContainEqual(expect.stringMatching(/^src\/magic\/a.ts → .*: a cycle; only one/));
    expect(problems).toContainEqual(expect.stringMatching(/^src\/magic\/a.ts → src\/magic\/b.ts: a folder of src/));
  });

  it('look behind `using`', async () => {
    const problems = await problemsOf({
      'src/gateway/a.ts': "export async function a() {\n  using x = await import('../deploy/x.ts');\n  return x;\n}\n",
      'src/deploy/x.ts': target,
    });
    expect(problems).toHaveLength(1);
  });

  it('are not kept by a tree in which nothing is read', async () => {
    expect(await problemsOf({})).toEqual(['no module was read']);
  });
});
