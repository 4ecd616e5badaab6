import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conc, jsonLinesOf, type Run } from '../support/conc.ts';
import { type Sshd, startSshd } from '../support/sshd.ts';
import { makeProject, type Project } from './project.ts';

const execute = promisify(execFile);
const support = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
/** What is looked for. It has no form but its own. */
const canary = `canary${randomBytes(9).toString('hex')}`;
const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8);

let vault: Project;
let sshd: Sshd;
let far: string;
const root = (): string => join(vault.folder, '.conc/nodes/here');

beforeAll(async () => {
  [vault, sshd, far] = await Promise.all([
    makeProject('test/e2e/vault'),
    startSshd(),
    mkdtemp(join(tmpdir(), 'conc-vault-')),
  ]);
  const { key, user, port } = sshd.ssh;
  await vault.configure((ini) =>
    [
      `${ini}\n[node far]\nroot = ${far}/vault\nsshd.host = 127.0.0.1\nsshd.port = ${port}`,
      `admin = ${user}\nsshd.key = ${key}\nsshd.config = /dev/null\nhealth.command = vault-check`,
      `sshd.options = UserKnownHostsFile=${sshd.knownHosts}\n  GlobalKnownHostsFile=/dev/null\n`,
    ].join('\n'),
  );
  await vault.must('check', '@all', '--record');
  await vault.must('lock');
  await vault.must('build');
});
afterAll(async () => {
  await vault[Symbol.asyncDispose]();
  await sshd.stop();
  await rm(far, { recursive: true, force: true });
});

/** Everything that conc said, in this test file. */
const told: string[] = [];
const piped = async (input: string, ...args: string[]): Promise<Run> => {
  const run = await vault.conc(['env', ...args], { input });
  told.push(run.stdout, run.stderr);
  return run;
};
const said = async (...args: string[]): Promise<Run> => {
  const run = await vault.conc(args);
  told.push(run.stdout, run.stderr);
  return run;
};
const served = async (): Promise<Record<string, unknown>> =>
  (await fetch(`http://127.0.0.1:${vault.port}/`)).json() as Promise<Record<string, unknown>>;
const current = async (): Promise<string> =>
  JSON.parse((await vault.must('status', 'here', '--json')).stdout).nodes[0].release.id;
const listed = async (node = 'here') => JSON.parse((await vault.must('env', 'list', node, '--json')).stdout);

/** Where the text is: processes, and files below these folders, but for generations (also on their way to their names) and what the application logs of itself. */
async function found(text: string): Promise<string[]> {
  const folders = [vault.folder, far];
  const searching = execute('python3', ['-I', support('search.py'), '0', ...folders]);
  searching.child.stdin?.end(text);
  const places = (await searching).stdout.split('\n').filter((line) => line !== '');
  return places.filter((place) => !/\/env\/\.?\d+\.json(?:\.new)?$|\/shared\/log\/web\.log$/.test(place));
}

/** Processes of a release, or of a program that has ended by now. */
async function isOwn(place: string): Promise<boolean> {
  if (!place.endsWith('/environ')) return false;
  const environment = await readFile(place, 'utf8').catch(() => null);
  return environment === null || [`CONC_ROOT=${root()}`, 'CONC_RELEASE='].every((own) => environment.includes(own));
}

describe("an application's secrets", () => {
  it('are set before anything serves, and the first deploy takes them', async () => {
    const set = await piped(`${canary}one\n`, 'set', 'here', 'VAULT_TOKEN', '--stdin');
    expect([set.code, set.stderr]).toEqual([
      0,
      expect.stringContaining('here serves nothing yet: its secrets are set'),
    ]);
    const { stdout } = await said('plan', 'here');
    expect(stdout).toContain('env: generation 1: VAULT_TOKEN');
    expect((await said('deploy', 'here')).code).toBe(0);
    expect(await served()).toEqual({ token: digest(`${canary}one`), release: await current() });
  });

  it('are a change: a release of the same bundle with the next generation, which a deploy then finds in place', async () => {
    const key = `${canary}, "with" 'é'\nand a second line`;
    const before = await current();
    const run = await piped(`${key}\n`, 'set', 'here', 'VAULT_KEY', '--stdin', '--json');
    expect(run.code).toBe(0);
    expect(
      jsonLinesOf(run)
        .filter(({ event }) => event === 'done')
        .map(({ job }) => job),
    ).toEqual(['env', 'install', 'verify', 'switch', 'restart', 'health', 'confirm', 'prune']);
    const after = await current();
    expect(after).toMatch(/^r2-/);
    expect(await served()).toEqual({ token: digest(`${canary}one`), key: digest(key), release: after });
    const [first, second] = await Promise.all(
      [before, after].map(async (id) =>
        JSON.parse(await readFile(join(root(), 'releases', id, 'release.json'), 'utf8')),
      ),
    );
    expect({ ...second, id: first.id, env: 1, created: first.created }).toEqual(first);
    expect((await said('deploy', 'here')).stderr).toContain(
      `here serves ${after} (1.0.0) already: nothing was changed`,
    );
    expect((await said('status', 'here')).stdout).toContain('  env: generation 2\n');
    expect((await said('log', 'here', '--limit', '1')).stdout).toContain(`env ${after} (1.0.0): proven`);
  });

  it('are asked for at a terminal, and not shown there', async () => {
    const main = support('../../src/cli/main.ts');
    const answers = ['VAULT_TOKEN on here: ', `${canary}two`];
    const argv = [support('../support/at-terminal.py'), ...answers, '--', process.execPath, main];
    const { stdout } = await execute('python3', [...argv, 'env', 'set', 'here', 'VAULT_TOKEN'], { cwd: vault.folder });
    told.push(stdout);
    expect(stdout).toContain('exit 0');
    expect(await served()).toMatchObject({ token: digest(`${canary}two`) });
  });

  it('are undone where the application is not well with them; what it says of them is masked', async () => {
    const before = await current();
    const run = await piped(`bad${canary}`, 'set', 'here', 'VAULT_TOKEN', '--stdin', '--verbose');
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/\| the token is \*\*\*[\s\S]*it is no good: '\*\*\*'[\s\S]*undo +OK/);
    expect(run.stderr).toContain('Again, once mended: conc env set here');
    expect([await current(), (await listed()).generation]).toEqual([before, 3]);
    expect(await served()).toMatchObject({ token: digest(`${canary}two`) });
    const log = await readFile(join(root(), 'shared/log/web.log'), 'utf8');
    expect(log).toContain(`connecting with bad${canary}`);
  });

  it('are nowhere but in their files and in the environment of the application', async () => {
    const places = await found(canary);
    const strange: string[] = [];
    for (const place of places) if (!(await isOwn(place))) strange.push(place);
    expect(strange).toEqual([]);
    expect(places.length).toBeGreaterThan(0);
    expect(told.join('')).not.toContain(canary);
  });

  it('nor are they while they are set', async () => {
    const seen = new Set<string>();
    let running = true;
    const searching = (async () => {
      while (running) for (const place of await found(`${canary}three`)) if (!(await isOwn(place))) seen.add(place);
    })();
    const run = await piped(`VAULT_TOKEN=${canary}three\nVAULT_KEY=${canary}three\n`, 'set', 'here', '--stdin');
    running = false;
    await searching;
    expect(run.code).toBe(0);
    expect([...seen]).toEqual([]);
  });

  it('are for the deploying user alone', async () => {
    const folder = join(root(), 'env');
    const modes = await Promise.all(
      ['.', ...(await readdir(folder))].map(async (name) =>
        ((await stat(join(folder, name))).mode & 0o777).toString(8),
      ),
    );
    expect(new Set(modes)).toEqual(new Set(['700', '600']));
    expect(modes[0]).toBe('700');
  });

  it('go back with a rollback; the next deploy takes the newest that were proven', async () => {
    expect((await said('rollback', 'here', 'r1')).code).toBe(0);
    expect(await served()).toMatchObject({ token: digest(`${canary}one`) });
    expect((await said('status', 'here')).stdout).toContain('env: generation 1; the next deploy takes generation 5\n');
    expect(await listed()).toMatchObject({ generation: 5, serves: { generation: 1 } });
    expect((await said('plan', 'here')).stdout).toContain('env: generation 1 → generation 5\n');
    expect((await said('deploy', 'here')).code).toBe(0);
    expect(await served()).toMatchObject({ token: digest(`${canary}three`) });
  });

  it('are seen by commands in the release, and taken away by name', async () => {
    const check = [
      '--',
      'python',
      '-c',
      'import hashlib, os; print(hashlib.sha256(os.environ["VAULT_KEY"].encode()).hexdigest()[:8])',
    ];
    expect((await said('exec', 'here', ...check)).stdout).toBe(`${digest(`${canary}three`)}\n`);
    expect((await said('env', 'unset', 'here', 'VAULT_KEY')).code).toBe(0);
    expect(await served()).toEqual({ token: digest(`${canary}three`), release: await current() });
    expect((await listed()).names.map(({ name }: { name: string }) => name)).toEqual(['VAULT_TOKEN']);
  });

  it.each([
    [['unset', 'here', 'NONE'], '', 'env.unknown'],
    [['set', 'here', 'VAULT_TOKEN'], 'x', 'env.input'],
    [['set', 'here', 'VAULT_TOKEN=x'], '', 'env.name'],
    [['set', 'here', 'LD_PRELOAD', '--stdin'], 'x', 'env.name'],
    [['set', 'here', '--stdin'], 'export A=1', 'env.input'],
    [['set', 'here', 'A', '--stdin'], 'a\0b', 'env.value'],
    [['set', 'here'], '', 'env.input'],
    [['list', 'nowhere'], '', 'config.no-such-node'],
  ])('conc env %j is refused', async (args, input, code) => {
    const run = await piped(input, ...args, '--json');
    expect(run.code).toBe(2);
    expect(JSON.parse(run.stdout.trim().split('\n').at(-1) ?? '').error.code).toBe(code);
  });

  it('and variables of a process are not to have one name', async () => {
    await vault.configure((ini) => ini.replace('[node here]', '[node here]\nprocess.web.env = VAULT_TOKEN=x'));
    const run = await said('plan', 'here');
    expect([run.code, run.stderr]).toEqual([
      2,
      expect.stringContaining('VAULT_TOKEN is a secret of the application on here, and in process.web.env too'),
    ]);
    await vault.configure((ini) => ini.replace('process.web.env = VAULT_TOKEN=x\n', ''));
  });

  it('that were changed by hand are told, and not gone back to', async () => {
    expect((await said('check', 'here', '--drift')).code).toBe(0);
    await chmod(join(root(), 'env/5.json'), 0o644);
    const drift = await said('check', 'here', '--drift');
    expect([drift.code, drift.stdout]).toEqual([
      1,
      expect.stringContaining('env/5.json has mode 0644 instead of 0600'),
    ]);
    const back = await said('rollback', 'here');
    expect([back.code, back.stderr]).toEqual([1, expect.stringContaining('env/5.json has mode 0644 instead of 0600')]);
  });

  it('of releases that were pruned go with them', async () => {
    await vault.configure((ini) => ini.replace('[DEFAULT]', '[DEFAULT]\nkeep = 1'));
    const run = await piped(`${canary}four`, 'set', 'here', 'VAULT_TOKEN', '--stdin');
    expect(run.stderr).toMatch(/prune +OK.*secrets removed: generation 1, 2, 3/);
    expect((await readdir(join(root(), 'env'))).sort()).toEqual(['4.json', '6.json', '7.json', 'record.json']);
    expect((await said('check', 'here', '--drift')).code).toBe(0);
  });
});

describe("an application's secrets over ssh", () => {
  it('are set from a machine that has conc.ini alone', async () => {
    expect((await said('deploy', 'far')).code).toBe(0);
    const elsewhere = await mkdtemp(join(tmpdir(), 'conc-elsewhere-'));
    try {
      await mkdir(join(elsewhere, 'home'));
      await writeFile(join(elsewhere, 'conc.ini'), await readFile(join(vault.folder, 'conc.ini')));
      const run = await conc(['env', 'set', 'far', 'VAULT_TOKEN', '--stdin', '--verbose'], {
        ...{ cwd: elsewhere, input: `${canary}far`, env: { HOME: join(elsewhere, 'home') } },
      });
      told.push(run.stdout, run.stderr);
      expect([run.code, run.stderr]).toEqual([0, expect.stringContaining('far serves r2-')]);
      expect(await readdir(elsewhere)).toEqual(['conc.ini', 'home']);
    } finally {
      await rm(elsewhere, { recursive: true });
    }
    const check = ['--', 'python', '-c', 'import os; print(len(os.environ["VAULT_TOKEN"]))'];
    expect((await said('exec', 'far', ...check)).stdout).toBe(`${canary.length + 3}\n`);
    expect(await found(`${canary}far`)).toEqual([]);
    expect(told.join('')).not.toContain(canary);
  });
});
