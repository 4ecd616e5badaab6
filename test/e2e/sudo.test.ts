import { randomBytes } from 'node:crypto';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command } from '../nodes/command.ts';
import { startNode, type TestNode } from '../nodes/node.ts';
import { jsonLinesOf, type Run, type RunOptions } from '../support/conc.ts';
import { makeProject, type Project } from './project.ts';
import { answerAtOnce, nodeSection, setSudoers } from './sudoers.ts';

/** What is looked for, in whatever form the whole is quoted. */
const core = randomBytes(12).toString('base64url').replaceAll('-', 'x');
const password = `${core} "q' é`;
const search = fileURLToPath(new URL('search.py', import.meta.url));

let node: TestNode;
let kettle: Project;

beforeAll(async () => {
  [node, kettle] = await Promise.all([
    startNode({ suite: 'trixie', name: 'trixie', sudo: password }),
    makeProject('test/e2e/kettle'),
  ]);
  await answerAtOnce(node);
  await kettle.configure((ini) => ini.replace(/\[node here\][\s\S]*/, nodeSection(node, 'web1')));
  await kettle.must('check', 'web1', '--record');
  await kettle.must('lock');
  await kettle.must('build');
});
afterAll(async () => {
  await kettle[Symbol.asyncDispose]();
  await node.stop();
});

const deploy = (args: readonly string[] = [], options?: RunOptions): Promise<Run> =>
  kettle.conc(['deploy', 'web1', ...args], options);
const given = (args: readonly string[] = []): Promise<Run> =>
  deploy(['--sudo-password-fd', '3', ...args], { third: `${password}\nand more\n` });
/** The next deploy is of another release. */
const nextVersion = async (version: string): Promise<void> => {
  const file = join(kettle.folder, 'pyproject.toml');
  await writeFile(file, (await readFile(file, 'utf8')).replace(/^version = .*/m, `version = "${version}"`));
  await kettle.must('build');
};
const boiled = async (): Promise<boolean> => {
  const seen = await node.exec(['rm', '/etc/kettle-boils'], { check: false });
  return seen.exit === 0;
};

describe('a deploy with a job that needs sudo', () => {
  it('is BLOCKED where nobody can be asked, says the three ways, and changes nothing', async () => {
    const { code, stderr } = await deploy();
    expect(code).toBe(3);
    expect(stderr).toMatch(/password of deploy is needed/);
    expect(stderr).toMatch(/at a terminal[\s\S]*--sudo-password-fd 3[\s\S]*sudo\.password\.command = /);
    expect((await node.exec(['ls', '-a', '/home/deploy'])).stdout).not.toContain('kettle');
  });

  it('is BLOCKED by a wrong password, and changes nothing', async () => {
    const run = await deploy(['--json', '--sudo-password-fd', '3'], { third: 'wrong\n' });
    expect(run.code).toBe(3);
    expect(jsonLinesOf(run).at(-1)).toMatchObject({ exit: 3, error: { code: 'sudo.wrong-password' } });
    expect((await node.exec(['ls', '-a', '/home/deploy'])).stdout).not.toContain('kettle');
  });

  it('says what is wrong with a descriptor or a command that gives none', async () => {
    const closed = await deploy(['--sudo-password-fd', '9']);
    expect([closed.code, closed.stderr]).toEqual([2, expect.stringContaining('--sudo-password-fd 9: no password')]);
    const word = await deploy(['--sudo-password-fd', 'secret']);
    expect([word.code, word.stderr]).toEqual([2, expect.stringContaining('not the number of a descriptor')]);
  });

  it('needs no more than the rules that check --sudoers prints: with the password, and without one', async () => {
    const { stdout: least } = await kettle.must('check', '--sudoers', 'web1');
    const touch = String.raw`/usr/bin/touch /etc/kettle-boils /etc/kettle\:\ 'a'\,\ \[b\]\=c\ \#1\ \*\ \\\\\ d`;
    expect(least).toContain(`deploy ALL=(root) ${touch}, \\\n    /usr/bin/systemctl restart cron.service\n`);
    expect(least).toContain('# on the machine that conc runs on, not on web1: lid\n');
    await setSudoers(node, least);
    expect(await given()).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/boil +OK[\s\S]*lid +OK[\s\S]*cool +OK/),
    });
    expect(await boiled()).toBe(true);

    await setSudoers(node, least.replace('(root) ', '(root) NOPASSWD: '));
    await nextVersion('1.1.0');
    const free = await deploy(['--verbose']);
    expect(free).toMatchObject({ code: 0, stderr: expect.stringContaining('password: none') });
    expect(await boiled()).toBe(true);
  });

  it('takes the password from sudo.password.command', async () => {
    await setSudoers(node, (await kettle.must('check', '--sudoers', 'web1')).stdout);
    const script = join(kettle.folder, 'print it');
    await writeFile(script, '#!/bin/sh\nprintf \'%s\\nmore\\n\' "$TEST_PASSWORD"\n');
    await chmod(script, 0o755);
    await kettle.configure((ini) => `${ini}\nsudo.password.command = './print it'\n`);
    await nextVersion('1.2.0');
    expect(await deploy([], { env: { TEST_PASSWORD: password } })).toMatchObject({ code: 0 });
    expect(await boiled()).toBe(true);
    // What serves already needs nothing, and asks nobody.
    expect(await deploy([], { env: { TEST_PASSWORD: '' } })).toMatchObject({ code: 0 });
    await nextVersion('1.3.0');
    const none = await deploy([], { env: { TEST_PASSWORD: '' } });
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('gave no password')]);
    await kettle.configure((ini) => ini.replace(/^sudo\.password\.command.*\n/m, ''));
  });

  it('works with sudo-rs in the place of sudo', async () => {
    // Its rules have no words for a blank or a pattern's sign within an argument.
    await setSudoers(node, 'deploy ALL=(ALL:ALL) ALL');
    await node.exec(['ln', '-s', '/usr/lib/cargo/bin/sudo', '/usr/local/bin/sudo']);
    try {
      expect(await given()).toMatchObject({ code: 0 });
      expect(await boiled()).toBe(true);
    } finally {
      await node.exec(['rm', '/usr/local/bin/sudo']);
    }
  });
});

describe('a password', () => {
  const since = Date.now();
  beforeAll(async () => {
    await setSudoers(node, 'deploy ALL=(ALL:ALL) ALL');
    await kettle.configure((ini) => ini.replace('kettle.devops:jobs', 'kettle.devops:spilling'));
    // Core files are written, as large as they come, beside whoever leaves one.
    await node.exec(['sed', '-i', '1i ulimit -c unlimited', '/home/deploy/.bashrc']);
    await nextVersion('2.0.0');
  });

  const onNode = async (): Promise<string[]> => {
    const script = await readFile(search, 'utf8');
    const folders = ['/home', '/tmp', '/var', '/run', '/etc', '/root', '/dev/shm'];
    return lines(await node.exec(['python3', '-I', '-c', script, '0', ...folders], { input: core }));
  };
  /** On this machine: what was written since then. */
  const here = async (since: number): Promise<string[]> => {
    const folders = [kettle.folder, process.env.HOME ?? '/root', tmpdir()];
    return lines(await command(['python3', '-I', search, String(since / 1000), ...folders], { input: core }));
  };
  const lines = ({ stdout }: { readonly stdout: string }): string[] => stdout.split('\n').filter((line) => line !== '');

  /** Waits until the op holds the password; gives the pid of its worker and of the agent. */
  async function waiting(running: Promise<Run>): Promise<{ worker: string; agent: string }> {
    const script = 'f=/home/deploy/kettle/shared/waiting; while ! test -s $f; do sleep 0.1; done; cat $f; rm $f';
    const ended = running.then((run) => Promise.reject(new Error(`it ended\n${run.stdout}${run.stderr}`)));
    ended.catch(() => {});
    const { stdout } = await Promise.race([ended, node.exec(['timeout', '60', 'sh', '-c', script])]);
    const [worker = '', agent = ''] = stdout.trim().split(/\s+/);
    return { worker, agent };
  }
  const go = () => node.exec(['touch', '/home/deploy/kettle/shared/go']);
  const cores = async (): Promise<string> =>
    (await node.exec(['find', '/home', '/tmp', '/root', '-name', 'core*', '-type', 'f'])).stdout;

  it.each([['--json'], ['--verbose']])('is found nowhere, whatever an op does with it (%s)', async (how) => {
    const running = given([how, '--verbose']);
    await waiting(running);
    expect(await onNode()).toEqual([]);
    await go();
    const run = await running;
    await node.exec(['rm', '/home/deploy/kettle/shared/go']);
    expect(run.code).toBe(1);
    const told = `${run.stdout}${run.stderr}`;
    for (const by of ['printed', 'piped', 'logged', 'raised']) expect(told).toContain(`${by} ***`);
    expect(told.includes(core)).toBe(false);
    expect(await onNode()).toEqual([]);
    const journal = (await node.exec(['journalctl', '-o', 'export', '--no-pager'])).stdout;
    expect([journal.includes('Accepted publickey for deploy'), journal.includes(core)]).toEqual([true, false]);
  });

  it('is nowhere on this machine either', async () => expect(await here(since)).toEqual([]));

  it('would be found in a core file, and in a process', async () => {
    const script = 'import sys, os; kept = sys.stdin.read(); os.abort()';
    await node.exec(['sh', '-c', `cd && python3 -c '${script}'; true`], { as: 'user', input: core });
    const [found = ''] = await onNode();
    expect(found).toMatch(/^\/home\/deploy\/core/);
    await node.exec(['rm', found]);
    const loud = node.exec(['sh', '-c', 'sleep 5', core], { check: false });
    expect(await onNode()).toContainEqual(expect.stringMatching(/^\/proc\/\d+\/cmdline$/));
    await loud;
  });

  it.each(['worker', 'agent'] as const)('is not in what an aborted %s leaves', async (which) => {
    const running = given();
    const pids = await waiting(running);
    const limits = (await node.exec(['cat', `/proc/${pids.agent}/limits`])).stdout;
    expect(limits).toMatch(/Max core file size +unlimited/);
    await node.exec(['kill', '-ABRT', pids[which]]);
    expect((await running).code).toBe(1);
    expect(await cores()).toBe('');
    expect(await onNode()).toEqual([]);
    const { code } = await kettle.conc(['abandon', 'web1']);
    expect(code).toBe(which === 'agent' ? 0 : 1);
  });
});
