import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { loadConfig } from '../../src/config/load.ts';
import { settingsOf } from '../../src/config/settings.ts';
import { conc } from '../support/conc.ts';
import { kinds } from './support/kinds.ts';
import { stopHere } from './support/stop.ts';
import { installTools, type Tools } from './support/tools.ts';

const run = promisify(execFile);
const answerSchema = z.object({
  found: z.array(z.string()),
  decided: z.boolean(),
  next: z.array(z.string()),
  afterwards: z.array(z.string()),
});
const uncommitted = "conc.ini  it isn't committed yet, so this bundle is built of the files as they are";

let tools: Tools;
beforeAll(async () => {
  tools = await installTools(['django', 'hatch', 'poetry', 'pdm', 'flit', 'pyscaffold']);
});
afterAll(() => tools[Symbol.asyncDispose]());

test.each(kinds)('$name: from init to a page, without an edit', async ({ make, found, command, page }) => {
  const folder = await make(tools);
  try {
    const init = await conc(['init', '--json'], { cwd: folder, env: tools.env });
    const answer = answerSchema.parse(JSON.parse(init.stdout));
    expect(answer).toMatchObject({ found: [found], decided: true });
    // What it says is next is done, as it is said.
    for (const step of answer.next) {
      const { code, stdout, stderr } = await shell(step, folder);
      expect({ step, code, stdout, stderr }).toMatchObject({ code: 0 });
      expect(stderr.match(/^Warning: .*/gm) ?? []).toEqual(
        step === 'conc build' && answer.afterwards.length > 0 ? [expect.stringContaining(uncommitted)] : [],
      );
    }
    const [web] = settingsOf(loadConfig(join(folder, 'conc.ini')), 'here').processes;
    expect(web?.command).toBe(command);
    const answered = await fetch(`http://${web?.listen}${page[0]}`);
    expect(answered.status).toBe(200);
    expect(await answered.text()).toContain(page[1]);
    await devopsTestPasses(folder);
  } finally {
    await stopHere(folder);
  }
});

/** A step is a line for a shell: a command of conc, or of git. */
async function shell(step: string, cwd: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const [name, ...args] = step.match(/"[^"]*"|\S+/g) ?? [];
  const words = args.map((word) => word.replaceAll('"', ''));
  if (name === 'conc') return conc(words, { cwd, env: tools.env });
  const { stdout, stderr } = await run(name ?? '', words, { cwd, env: tools.env });
  return { code: 0, stdout, stderr };
}

/** The test that was written passes in the release, and fails where conc.ini names what isn't there. */
async function devopsTestPasses(folder: string): Promise<void> {
  const python = join(folder, '.conc/nodes/here/current/venv/bin/python');
  const test = (): Promise<string> =>
    run(python, ['-B', '-m', 'unittest', 'tests.test_devops'], { cwd: folder }).then(
      ({ stderr }) => stderr,
      ({ stderr }) => stderr,
    );
  expect(await test()).toMatch(/Ran 1 test.*\n\nOK/);
  const ini = join(folder, 'conc.ini');
  const text = await readFile(ini, 'utf8');
  await writeFile(ini, text.replace(/^(process\.web\.command = .*)$/m, '$1 absent.module:app'));
  expect(await test()).toContain("ModuleNotFoundError: No module named 'absent'");
  await writeFile(ini, text);
}
