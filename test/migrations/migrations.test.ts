import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readOutcome } from '../../scripts/test/python-tests.ts';
import { run } from '../package/run.ts';

/** The migrate ops of concops, with real Django, Alembic and PostgreSQL: Python's unittest, in a venv that has them. */
const here = resolve('test/migrations');
const uv = resolve('.tools/venv/bin/uv');
let place = '';

describe.runIf(globSync('/usr/lib/postgresql/*/bin/initdb').length > 0)('the migrate ops of concops', () => {
  beforeAll(async () => {
    place = mkdtempSync(join(tmpdir(), 'conc-migrations-'));
    await run([uv, 'venv', '--quiet', '--python', '/usr/bin/python3', place]);
    const install: [string, ...string[]] = [
      uv,
      'pip',
      'install',
      '--quiet',
      '--python',
      place,
      '--compile-bytecode',
      '--require-hashes',
    ];
    await run([...install, '-r', join(here, 'requirements.txt')]);
  });
  afterAll(() => rmSync(place, { recursive: true, force: true }));

  it('bring Django and Alembic to their heads, on SQLite and PostgreSQL', async () => {
    const PYTHONPATH = [here, resolve('concops')].join(delimiter);
    // unittest speaks on stderr.
    const program = `import sys, unittest; sys.stderr = sys.stdout; unittest.main(None)`;
    const said = await run([join(place, 'bin/python'), '-B', '-c', program, 'test_django', 'test_alembic'], {
      PYTHONPATH,
    });
    const { passed, failed, skipped } = readOutcome(said, 0);
    expect({ failed, skipped }).toEqual({ failed: 0, skipped: 0 });
    expect(passed).toBeGreaterThan(15);
  });
});
