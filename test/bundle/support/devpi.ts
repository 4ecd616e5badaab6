import type { ChildProcess } from 'node:child_process';
import { execFile, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '../../support/free-port.ts';
import { writeFiles } from './project.ts';

const run = promisify(execFile);

/** A devpi-server of our own, on loopback: a private index that shows nothing to who doesn't say who he is. */
export interface Devpi {
  /** `127.0.0.1:40123` */
  readonly host: string;
  readonly user: string;
  readonly password: string;
  /** Of the index, for pip and uv, with whatever is to stand before the host: `http://user@127.0.0.1:40123/…`. */
  readonly index: (credentials?: string) => string;
  readonly upload: (folder: string, files: readonly string[]) => Promise<void>;
  readonly remove: (name: string, version: string) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** devpi lets everybody read; behind this it is as private as those that companies have. */
const gate = `
from pluggy import HookimplMarker
from pyramid.response import Response

hookimpl = HookimplMarker("devpiserver")


@hookimpl
def devpiserver_pyramid_configure(config, pyramid_config):
    pyramid_config.add_tween("conc_gate.tween")


def tween(handler, registry):
    def ask(request):
        if request.path.startswith("/root/dev") and not (request.authorization and request.authenticated_userid):
            return Response("who are you?", status=401, headers={"WWW-Authenticate": 'Basic realm="pypi"'})
        return handler(request)
    return ask
`;

export async function startDevpi(folder: string, uv: string, password: string): Promise<Devpi> {
  const [bin, server] = [join(folder, 'venv', 'bin'), join(folder, 'server')];
  await run(uv, ['venv', '--quiet', '--python', 'python3', join(folder, 'venv')]);
  await run(uv, ['pip', 'install', '--quiet', '--python', join(bin, 'python'), 'devpi-server']);
  const { stdout } = await run(join(bin, 'python'), ['-c', 'import site; print(site.getsitepackages()[0])']);
  await writeFiles(stdout.trim(), {
    'conc_gate.py': gate,
    'conc_gate-1.dist-info/METADATA': 'Metadata-Version: 2.1\nName: conc-gate\nVersion: 1\n',
    'conc_gate-1.dist-info/entry_points.txt': '[devpi_server]\nconc_gate = conc_gate\n',
  });
  const root = ['--root-passwd', password];
  await run(join(bin, 'devpi-init'), ['--serverdir', server, '--no-root-pypi', ...root]);
  const port = await freePort();
  const options = ['--serverdir', server, '--host', '127.0.0.1', '--port', String(port)];
  const child = spawn(join(bin, 'devpi-server'), options, { stdio: 'ignore' });
  const base = `http://127.0.0.1:${port}`;
  const headers = { authorization: `Basic ${Buffer.from(`root:${password}`).toString('base64')}` };
  await answering(child, `${base}/+api`);
  const settings = { type: 'stage', volatile: true, bases: [] };
  await ask(`${base}/root/dev`, {
    method: 'PUT',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(settings),
  });
  return {
    ...{ host: `127.0.0.1:${port}`, user: 'root', password },
    index: (credentials = '') => `http://${credentials}127.0.0.1:${port}/root/dev/+simple/`,
    upload: async (from, files) => {
      for (const file of files)
        await ask(`${base}/root/dev/`, { method: 'POST', headers, body: await form(from, file) });
    },
    remove: async (name, version) => {
      await ask(`${base}/root/dev/${name}/${version}`, { method: 'DELETE', headers });
    },
    stop: () => end(child),
  };
}

async function form(folder: string, file: string): Promise<FormData> {
  const [, name = '', version = ''] = /^([^-]+)-([0-9.]*[0-9])[-.]/.exec(file) ?? [];
  const wheel = file.endsWith('.whl');
  const fields = {
    ...{ ':action': 'file_upload', name, version, metadata_version: '2.1' },
    ...{ filetype: wheel ? 'bdist_wheel' : 'sdist', pyversion: wheel ? 'py3' : 'source' },
  };
  const data = new FormData();
  for (const [key, value] of Object.entries(fields)) data.append(key, value);
  data.append('content', new Blob([await readFile(join(folder, file))]), file);
  return data;
}

async function ask(url: string, request: RequestInit): Promise<void> {
  const response = await fetch(url, request);
  if (!response.ok) throw new Error(`${request.method} ${url}: ${response.status} ${await response.text()}`);
}

async function answering(child: ChildProcess, url: string): Promise<void> {
  while (child.exitCode === null) {
    const response = await fetch(url).catch(() => null);
    if (response?.ok === true) return;
    await sleep(100);
  }
  throw new Error('devpi-server ended before it answered');
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}
