import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPythons } from '../../scripts/test/pythons.ts';
import { firstFault } from '../docs/follow.ts';
import { Reader } from '../docs/reader.ts';
import { run } from './run.ts';

const uv = join(process.cwd(), '.tools/venv/bin/uv');

/** The Python package `concops`, built as a wheel and installed into venvs of its own. */
let place = '';

beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), 'conc-wheel-'));
});

afterAll(() => rmSync(place, { recursive: true, force: true }));

async function build(into: string): Promise<string> {
  await run([uv, 'build', '--quiet', '--wheel', '--out-dir', join(place, into), 'concops']);
  const [wheel = 'no wheel'] = globSync('*.whl', { cwd: join(place, into) });
  return join(place, into, wheel);
}

describe('the wheel of concops-lib', () => {
  it('is built to the same bytes each time', async () => {
    const [one, two] = [await build('one'), await build('two')];
    expect(one).toMatch(/concops_lib-[\d.]+-py3-none-any\.whl$/);
    expect(readFileSync(one).equals(readFileSync(two))).toBe(true);
  });

  it('is imported on the oldest and the newest Python here', async () => {
    const wheel = await build('imported');
    const pythons = await findPythons();
    const ends = [...new Set([pythons[0], pythons.at(-1)])].flatMap((python) => python ?? []);
    expect(ends.length).toBeGreaterThan(0);
    for (const { version, executable } of ends) {
      const venv = join(place, version);
      await run([uv, 'venv', '--quiet', '--python', executable, venv]);
      await run([uv, 'pip', 'install', '--quiet', '--offline', '--no-index', '--python', venv, wheel]);
      const said = await run([join(venv, 'bin/python'), '-I', '-c', PROGRAM]);
      expect(said.trimEnd().split('\n')).toEqual([version, 'remote migrate OK 9 []', NAMES, 'True', '>=3.8 None']);
    }
  });

  it('does what docs/devops.md says', async () => {
    const dists = dirname(await build('dists'));
    // Nothing but this wheel is there to be installed.
    await using reader = new Reader(mkdtempSync(join(tmpdir(), 'conc-devops-')), {
      ...{ PATH: process.env.PATH, HOME: place, LANG: 'C.UTF-8' },
      ...{ PIP_FIND_LINKS: dists, PIP_NO_INDEX: '1', PIP_DISABLE_PIP_VERSION_CHECK: '1' },
    });
    expect(await firstFault(reader, 'devops.md')).toBe(null);
  });
});

const NAMES =
  'Command Host Job PipInstall Policy Result SetupInstall Status UnTar after before concops.builtin check close_bundle ' +
  'copy_product create_venv mount_SSHFS op open_bundle unmount_SSHFS without';

const PROGRAM = `
import os, platform
from importlib.metadata import metadata
import concops
import concops.migrate, concops.testing
from concops import Host, Job, Status, check

def migrate(ncd, sudoPass):
    return Status.ok

host, op = job = Job(Host.remote, migrate)
about = metadata("concops-lib")
print(platform.python_version())
print(host, job.name, op({}, None), len(concops.default), check([job]))
print(*(getattr(concops, name).__name__ for name in concops.__all__ if name not in ("Op", "default")))
print(os.path.exists(os.path.join(os.path.dirname(concops.__file__), "py.typed")))
print(about["Requires-Python"], about.get_all("Requires-Dist"))
`;
