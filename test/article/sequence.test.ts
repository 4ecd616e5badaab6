import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonLinesOf, type Run } from '../support/conc.ts';
import { sdists } from '../support/sdists.ts';
import { keyPair, type Sshd, startSshd } from '../support/sshd.ts';

// The article's thirteen jobs as the sequence of an application, by the ops that concops exports: frozen at build, and deployed.

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');
const TOOLS = join(import.meta.dirname, '..', '..', '.tools', 'venv', 'bin');

const JOBS = `"""The article's list of jobs."""

from concops import (
    Host, Job, PipInstall, SetupInstall, UnTar, close_bundle, copy_product, create_venv, mount_SSHFS, open_bundle, unmount_SSHFS
)

jobs = [
    Job(Host.remote, open_bundle),
    Job(Host.remote, create_venv),
    Job(Host.local, open_bundle),
    Job(Host.local, mount_SSHFS),
    Job(Host.local, copy_product),
    Job(Host.remote, UnTar("setuptools-*.tar.gz")),
    Job(Host.remote, SetupInstall("setuptools-*")),
    Job(Host.remote, UnTar("pip-*.tar.gz")),
    Job(Host.remote, SetupInstall("pip-*")),
    Job(Host.remote, PipInstall("PyQRCode-1.2.1.tar.gz")),
    Job(Host.local, unmount_SSHFS),
    Job(Host.remote, close_bundle),
    Job(Host.local, close_bundle),
]
`;

const PYPROJECT = `[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = "article"
version = "1.0"

[tool.setuptools]
packages = ["article"]
`;

let folder: string;
let sshd: Sshd | undefined;
const at = (...parts: readonly string[]): string => join(folder, ...parts);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'conc-article-'));
  for (const name of ['near/.ssh', 'far', 'project/article', 'project/vendor'])
    await mkdir(at(name), { recursive: true, mode: 0o700 });
  sshd = await startSshd({ home: at('far') });
  await keyPair(at('near/.ssh/id_rsa-ops'), 'rsa');
  await writeFile(join(sshd.folder, 'authorized_keys'), await readFile(at('near/.ssh/id_rsa-ops.pub')));
  for (const file of await sdists(join(import.meta.dirname, 'vendor.txt')))
    await copyFile(file, at('project/vendor', basename(file)));
  await writeFile(at('project/pyproject.toml'), PYPROJECT);
  await writeFile(at('project/article/__init__.py'), '');
  await writeFile(at('project/article/jobs.py'), JOBS);
  await writeFile(
    at('project/conc.ini'),
    [
      '[DEFAULT]\napp = article\ndevops.jobs = article.jobs:jobs\nbundle = article-bundle\nadmin = root\nop_key = ops',
      `\n[node web1]\nroot = ~/article\npython = /usr/bin/python3\nsshd.ip = 127.0.0.1\nsshd.port = ${sshd.port}`,
      `sshd.options = UserKnownHostsFile=${sshd.knownHosts}\n`,
      // Where it is built: a target is recorded from a node, and this one is of the same kind.
      '\n[node here]\ngateway = popen\npython = /usr/bin/python3\nroot = ./.conc/nodes/here\n',
    ].join('\n'),
  );
});
afterAll(async () => {
  await sshd?.stop();
  await rm(folder, { recursive: true, force: true });
});

function conc(...args: readonly string[]): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [MAIN, ...args], {
      cwd: at('project'),
      env: {
        ...process.env,
        NO_COLOR: '1',
        HOME: at('near'),
        XDG_CACHE_HOME: process.env.XDG_CACHE_HOME ?? join(process.env.HOME ?? '', '.cache'),
        PATH: ['/usr/sbin', '/usr/bin', '/sbin', '/bin', TOOLS, dirname(process.execPath)].join(delimiter),
      },
    });
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        said[name] += text;
      });
    }
    child.once('error', reject).once('close', (code) => resolve({ code, ...said }));
  });
}

describe('the article’s list of jobs, as a devops package', () => {
  it('deploys: over sshd and sshfs, both bundle directories gone, what it installed is there', async () => {
    for (const step of [['lock'], ['build']]) {
      const { code, stderr } = await conc(...step);
      if (code !== 0) throw new Error(`conc ${step.join(' ')}: ${code}\n${stderr}`);
    }
    const plan = await conc('plan', 'web1');
    expect(plan.stdout).toMatch(
      /open_bundle@local +\[here\][\s\S]*mount_SSHFS +\[here\] mounts ~\/article-bundle of web1/,
    );
    const result = await conc('deploy', 'web1', '--json');
    const done = jsonLinesOf(result).filter(({ event }) => event === 'done');
    expect(
      done.map(
        ({ job, status, text }) => `${String(job)} ${String(status)}${status === 'OK' ? '' : ` ${String(text)}`}`,
      ),
    ).toEqual([
      'open_bundle OK',
      'create_venv OK',
      'open_bundle@local OK',
      'mount_SSHFS OK',
      'copy_product OK',
      "UnTar('setuptools-*.tar.gz') OK",
      "SetupInstall('setuptools-*') OK",
      "UnTar('pip-*.tar.gz') OK",
      "SetupInstall('pip-*') OK",
      "PipInstall('PyQRCode-1.2.1.tar.gz') OK",
      'unmount_SSHFS OK',
      'close_bundle OK',
      'close_bundle@local OK',
    ]);
    expect(jsonLinesOf(result).at(-1)).toMatchObject({ exit: 0, nodes: [{ outcome: 'done' }] });
    expect(existsSync(at('far/article-bundle'))).toBe(false);
    expect(existsSync(at('near/article-bundle.web1'))).toBe(false);
    expect(existsSync(at('far/article/venv/bin/pip'))).toBe(true);
    expect(await readFile('/proc/self/mountinfo', 'utf8')).not.toContain(folder);
  });
});
