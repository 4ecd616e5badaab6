import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../src/bundle/temporary-folder.ts';
import { writeFiles } from '../bundle/support/project.ts';
import { conc } from '../support/conc.ts';
import { stopHere } from './support/stop.ts';

const run = promisify(execFile);
const tools = fileURLToPath(new URL('../../.tools/venv/bin', import.meta.url));
const env = { PATH: `${process.env.PATH ?? ''}${delimiter}${tools}` };

const pyproject = (name: string, more: string): string =>
  `[project]\nname = "${name}"\nversion = "1.0"\n${more}\n[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n[tool.setuptools]\npackages = ["${name}"]\n`;

/** A broker that is a folder: kombu's filesystem transport needs no server. */
const tasks = `import os
from pathlib import Path

from celery import Celery

shared = Path(os.environ["CONC_SHARED"])
folder = shared / "queue"
folder.mkdir(exist_ok=True)
app = Celery("tea", broker="filesystem://")
app.conf.broker_transport_options = {"data_folder_in": str(folder), "data_folder_out": str(folder), "control_folder": str(folder)}
app.conf.worker_concurrency = 1


@app.task
def steep(leaves):
    done = shared / "cup.part"
    done.write_text("a cup of " + leaves)
    done.rename(shared / "cup")
`;

test('a Celery application: its worker runs under supervisord, and does what it is sent', async () => {
  await using work = await temporaryFolder();
  await writeFiles(work.path, {
    'pyproject.toml': pyproject('tea', 'dependencies = ["celery"]'),
    'tea/__init__.py': '',
    'tea/tasks.py': tasks,
  });
  await using node = await served(work.path, 'a Celery application, tea.tasks:app (tea/tasks.py:9)');
  expect(await node.processes()).toMatchObject([{ name: 'worker:worker_0', state: 'RUNNING' }]);
  const send = 'from tea.tasks import steep; steep.delay("oolong")';
  await run(join(node.root, 'current/venv/bin/python'), ['-c', send], {
    env: { ...process.env, CONC_SHARED: join(node.root, 'shared') },
  });
  expect(await written(join(node.root, 'shared/cup'))).toBe('a cup of oolong');
});

/** Says which process it is, and goes on until it is told to end. */
const ticker = `import os
import signal
from pathlib import Path


def main():
    shared = Path(os.environ["CONC_SHARED"])
    aside = shared / "pid.part"
    aside.write_text(str(os.getpid()))
    aside.rename(shared / "pid")
    signal.sigwait([signal.SIGTERM])
    (shared / "pid").unlink()


signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
`;

test('a console script: it runs under supervisord, and ends when it is told to', async () => {
  await using work = await temporaryFolder();
  await writeFiles(work.path, {
    'pyproject.toml': pyproject('ticker', '[project.scripts]\ntick = "ticker:main"'),
    'ticker/__init__.py': ticker,
  });
  await using node = await served(work.path, 'a console script, tick (pyproject.toml, [project.scripts])');
  const pid = join(node.root, 'shared/pid');
  const said = Number(await written(pid));
  expect(await node.processes()).toMatchObject([{ name: 'tick:tick_0', state: 'RUNNING', pid: said }]);
  await stopHere(work.path);
  await expect(readFile(pid)).rejects.toMatchObject({ code: 'ENOENT' });
});

interface Served extends AsyncDisposable {
  readonly root: string;
  readonly processes: () => Promise<unknown>;
}

/** From init to a node that serves, without an edit. */
async function served(folder: string, found: string): Promise<Served> {
  const step = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await conc(args, { cwd: folder, env });
    expect({ args, code, stdout, stderr }).toMatchObject({ code: 0 });
    return stdout;
  };
  const node: Served = {
    root: join(folder, '.conc/nodes/here'),
    processes: async () => JSON.parse(await step('status', 'here', '--json')).nodes[0].processes,
    [Symbol.asyncDispose]: () => stopHere(folder),
  };
  try {
    expect(JSON.parse(await step('init', '--json'))).toMatchObject({ found: [found], decided: true });
    for (const command of ['lock', 'build']) await step(command);
    await step('deploy', 'here');
    return node;
  } catch (error) {
    await node[Symbol.asyncDispose]();
    throw error;
  }
}

async function written(file: string): Promise<string> {
  for (;;) {
    const text = await readFile(file, 'utf8').catch(() => null);
    if (text !== null) return text;
    await sleep(20);
  }
}
