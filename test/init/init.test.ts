import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../src/bundle/temporary-folder.ts';
import { writeFiles } from '../bundle/support/project.ts';
import { conc } from '../support/conc.ts';
import { flask } from './support/project.ts';

test('writes beside what is there, says what, and what is next', async () => {
  await using work = await temporaryFolder();
  await writeFiles(work.path, {
    'requirements.txt': 'flask\n',
    'app.py': flask,
    'tests/test_devops.py': '# mine\n',
    '.gitignore': '*.pyc',
  });
  const { code, stdout, stderr } = await conc(['init'], { cwd: work.path });
  expect([code, stderr]).toEqual([0, '']);
  const lines = stdout.trimEnd().split('\n');
  expect(lines[0]).toMatch(/^conc-\w+: a Flask application, app:app \(app\.py:2\)$/);
  expect(lines.slice(1, -1).map((line) => line.trim().split(/\s+/).slice(0, 2).join(' '))).toEqual([
    'new conc.ini',
    'new pyproject.toml',
    'changed requirements.txt',
    expect.stringMatching(/^new conc_\w+_devops\/__init__\.py$/),
    expect.stringMatching(/^new conc_\w+_devops\/jobs\.py$/),
    expect.stringMatching(/^new conc_\w+_devops\/nodes\.py$/),
    'changed .gitignore',
    'kept tests/test_devops.py',
  ]);
  expect(lines.at(-1)).toBe('Next: conc lock && conc build && conc deploy here');
  expect(await readFile(join(work.path, 'tests/test_devops.py'), 'utf8')).toBe('# mine\n');
  expect(await readFile(join(work.path, '.gitignore'), 'utf8')).toBe('*.pyc\n/.conc/\n');
  expect((await conc(['check'], { cwd: work.path })).stdout).toBe('conc.ini: no problems. 1 node, 1 group\n');

  const again = await conc(['init', '--json'], { cwd: work.path });
  expect(again.code).toBe(2);
  expect(JSON.parse(again.stdout)).toMatchObject({ error: { code: 'init.exists', state: 'Nothing was changed' } });
});

test('a choice that is left to a person is exit 1, and conc.ini is there to make it in', async () => {
  await using work = await temporaryFolder();
  await writeFiles(work.path, { 'one.py': flask, 'two.py': flask });
  const { code, stdout, stderr } = await conc(['init'], { cwd: work.path });
  expect(code).toBe(1);
  expect(stderr).toContain('Warning: There is more than one to choose from: a Flask application, one:app');
  expect(stdout).toContain('Next: choose in conc.ini, then conc lock && ');
  expect((await conc(['check'], { cwd: work.path })).code).toBe(0);
});

test('a folder without Python, or one that no interpreter here fits, is left as it is', async () => {
  await using work = await temporaryFolder();
  expect(await conc(['init'], { cwd: work.path })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('There is no Python project in'),
  });
  await mkdir(join(work.path, 'new'));
  await writeFile(join(work.path, 'new/pyproject.toml'), '[project]\nname = "x"\nrequires-python = ">=3.99"\n');
  expect(await conc(['init'], { cwd: join(work.path, 'new') })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('The project needs Python >=3.99, and none on this machine fits'),
  });
  expect(await readdir(join(work.path, 'new'))).toEqual(['pyproject.toml']);
});
