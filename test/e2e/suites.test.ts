import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command } from '../nodes/command.ts';
import { startNode, type TestNode } from '../nodes/node.ts';
import { whyNoNodes } from '../nodes/packages.ts';
import { conc, jsonLinesOf, type Run, type RunOptions } from '../support/conc.ts';

const house = fileURLToPath(new URL('../..', import.meta.url));
const booted = whyNoNodes() === undefined;
const password = 'open sesame 7';
let folder: string;
let bare: TestNode | undefined;

const files: Readonly<Record<string, string>> = {
  'tests/node/support.py': 'def two():\n    return 2\n',
  'tests/node/test_node.py': `
import os, sys, time
import unittest as nodetest
from support import two

class Node(nodetest.TestCase):
    def test_attributes(self):
        self.assertEqual((self.ncd["taste"], two()), ("sweet", 2))
    def test_ends_the_interpreter(self):
        os._exit(4)
    def test_holds_up(self):
        time.sleep(60)
    def test_goes_on(self):
        print("this is not told")
`,
  'tests/test_pages.py': `
import sys
import pytest as integration

def test_in_the_release(ncd):
    assert sys.prefix == ncd["venv"]

@integration.mark.parametrize("number", [1, 2])
def test_numbers(number):
    print("said", number)
    assert number == 1
`,
  'tests/test_near.py': `
import sys
import unittest as unit

class Near(unit.TestCase):
    def test_the_application_is_there(self):
        import tea.devops
        self.assertIn("/.conc/near/", sys.prefix)
`,
  'tests/test_plain.py':
    'import unittest\n\nclass Plain(unittest.TestCase):\n    def test_no_level(self):\n        self.fail()\n',
  'src/tea/devops/watch.py': `
import subprocess
import unittest as monitoring

class Watch(monitoring.TestCase):
    def test_as_root(self):
        done = subprocess.run(["sudo", "-S", "-p", "", "id", "-u"], input=self.sudoPass + "\\n", stdout=subprocess.PIPE, universal_newlines=True)
        self.assertEqual(done.stdout, "0\\n")
    def test_tells_it(self):
        self.fail("it is " + self.sudoPass)
`,
};

const ini = (node: TestNode | undefined): string => `
[DEFAULT]
app = tea
devops.jobs = tea.devops.jobs:gated
taste = sweet
python = /usr/bin/python3

[node here]
gateway = popen
root = ./.conc/nodes/here

[node too]
gateway = popen
root = ./.conc/nodes/too
test.levels = migration
${
  node === undefined
    ? ''
    : `
[node bare]
root = ~/tea
sshd.host = ${node.host}
sshd.config = ${node.sshConfig}
sudo.password.command = cat ${join(folder, '.conc/password')}
test.levels = migration
check.ports = 22
check.files = /etc/shadow-conc = 35
`
}`;

const run = (args: readonly string[], options?: RunOptions): Promise<Run> => {
  const env = { PATH: [process.env.PATH, join(house, '.tools/venv/bin')].join(delimiter) };
  return conc(args, { cwd: folder, env, ...options });
};

async function must(...args: string[]): Promise<Run> {
  const result = await run(args);
  if (result.code !== 0) throw new Error(`conc ${args.join(' ')}: ${result.code}\n${result.stdout}${result.stderr}`);
  return result;
}

/** `test_x OK`, in the order told. */
const told = (result: Run, node?: string): string[] =>
  jsonLinesOf(result)
    .filter((line) => line.event === 'test' && (node === undefined || line.node === node))
    .map(({ name, status }) => `${String(name)} ${String(status)}`);

const testOf = (result: Run, name: string): Record<string, unknown> =>
  jsonLinesOf(result).find((line) => line.event === 'test' && line.name === name) ?? {};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'conc-suites-'));
  await cp(join(house, 'test/e2e/tea'), folder, { recursive: true });
  if (booted) bare = await startNode({ suite: 'trixie', name: 'bare', sudo: password });
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text.trimStart());
  }
  await mkdir(join(folder, '.conc'), { recursive: true });
  await writeFile(join(folder, '.conc/password'), `${password}\n`, { mode: 0o600 });
  const jobs = join(folder, 'src/tea/devops/jobs.py');
  const gated =
    'from concops import Host, Job, before, builtin, default\n\ngated = before(default, "switch", Job(Host.remote, builtin.test_release))\n';
  await writeFile(jobs, `${await readFile(jobs, 'utf8')}\n${gated}`);
  const project = join(folder, 'pyproject.toml');
  await writeFile(project, (await readFile(project, 'utf8')).replace('[tool.', 'dependencies = ["pytest"]\n\n[tool.'));
  await writeFile(join(folder, 'conc.ini'), ini(bare));
  await must('check', '@all', '--record');
  await must('lock');
  await must('build');
});
afterAll(async () => {
  await bare?.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('the suites of a bundle', () => {
  it('are those that import unittest or pytest by the name of a level', async () => {
    expect(
      (await must('test', 'here', '--list')).stdout.split('\n').map((line) => line.replace(/ +/g, ' ').trim()),
    ).toEqual([
      ...['monitoring node tea.devops.watch (sudo)', 'node node test_node', 'unit near test_near'],
      ...['integration release test_pages', ''],
    ]);
  });

  it('are whole: a changed file in the bundle is seen', async () => {
    const [name = ''] = (await readdir(join(folder, '.conc/bundles'))).filter((file) => file.endsWith('.bundle'));
    const { stdout } = await must('bundle', 'verify', join(folder, '.conc/bundles', name));
    expect(stdout).toContain('and whole');
  });
});

describe('conc test', () => {
  it('runs on a node without a release: an end of the interpreter, and of patience, are one test’s each', async () => {
    const result = await run(['test', 'here', 'node', 'integration', '--timeout', '1.5', '--json']);
    expect(result.code).toBe(1);
    expect(told(result)).toEqual([
      ...['test_attributes OK', 'test_ends_the_interpreter ERROR', 'test_goes_on OK', 'test_holds_up TIMED OUT'],
      'release SKIPPED',
    ]);
    expect(testOf(result, 'test_ends_the_interpreter').text).toContain('ended with exit code 4');
    expect(testOf(result, 'test_goes_on').output).toEqual([]);
    expect(jsonLinesOf(result).at(-1)).toEqual({ event: 'summary', exit: 1 });
  });

  it('runs unit tests here, in an environment of the bundle’s wheels', async () => {
    expect((await must('test', 'here', 'unit')).stdout).toMatch(
      /^OK +[\d.]+ s {2}test_near\.Near\.test_the_application_is_there\nhere: 1 test: 1 OK\. [\d.]+ s\n$/,
    );
  });

  it('runs one test, and says which suites there are where it knows none of that name', async () => {
    expect((await must('test', 'here', 'test_node.Node.test_goes_on')).stdout).toContain('here: 1 test: 1 OK');
    const { code, stderr } = await run(['test', 'here', 'nowhere']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('There is no node and no suite nowhere')]);
    expect(stderr).toContain('test_node (node)');
  });
});

describe('the job test_release', () => {
  it('stops a release whose tests fail before anything is switched, and tells which', async () => {
    const result = await run(['deploy', 'here', '--json']);
    expect(result.code).toBe(1);
    const done = jsonLinesOf(result).find((line) => line.event === 'done' && line.job === 'test_release') ?? {};
    expect(done).toMatchObject({ status: 'FAILED', text: '1 of 3 tests did not pass' });
    expect(String(done.evidence)).toContain('FAILED test_pages.test_numbers[2]');
    const { stdout } = await must('status', 'here', '--json');
    expect(JSON.parse(stdout).nodes[0]).toMatchObject({ release: null, change: null });
  });

  it('has nothing to do where there is no suite of its levels', async () => {
    const done = jsonLinesOf(await must('deploy', 'too', '--json')).filter((line) => line.event === 'done');
    expect(done.find(({ job }) => job === 'test_release')?.status).toBe('STOPPED');
    expect(done.at(-1)).toMatchObject({ job: 'prune' });
  });
});

describe('in a release', () => {
  it('suites of pytest run in its interpreter, by node and into a JUnit file', async () => {
    const result = await run(['test', 'too', 'here', 'integration', '--junit', '.conc/report.xml', '--json']);
    expect(result.code).toBe(1);
    expect(told(result, 'too')).toEqual(['test_in_the_release OK', 'test_numbers[1] OK', 'test_numbers[2] FAILED']);
    expect(told(result, 'here')).toEqual(['release SKIPPED']);
    expect(testOf(result, 'test_numbers[2]')).toMatchObject({ text: 'assert 2 == 1', output: ['said 2'] });
    const xml = await readFile(join(folder, '.conc/report.xml'), 'utf8');
    expect(xml).toContain('<testcase classname="too.test_pages" name="test_numbers[2]"');
  });

  it('conc exec runs a command: its streams apart, its input, its exit code, by its name in the history', async () => {
    const script = 'import sys; print(sys.prefix); print(sys.stdin.read(), file=sys.stderr); sys.exit(7)';
    const { code, stdout, stderr } = await run(['exec', 'too', '--', 'python', '-c', script], { input: 'given' });
    expect([code, stderr]).toEqual([7, 'given\n']);
    expect(stdout).toMatch(/\.conc\/nodes\/too\/releases\/r1-[0-9a-f]{8}\/venv\n$/);
    const { stdout: log } = await must('log', 'too', '--limit', '1');
    expect(log).toMatch(/exec r1-[0-9a-f]{8} \(1\.0\.0\): exit 7, [\d.]+ s, by .+@.+\n {4}\$ python -c 'import sys; /);
  });

  it('passes bytes as they are, more than either side keeps', async () => {
    const input = 'é\n'.repeat(1_500_000);
    const { code, stdout } = await run(['exec', 'too', '--', 'cat'], { input });
    expect([code, stdout === input]).toEqual([0, true]);
  });

  it('sends Ctrl-C to the command’s process group', async () => {
    let started: { kill(signal: NodeJS.Signals): boolean } | undefined;
    const { code, stdout } = await run(
      ['exec', 'too', '--', 'sh', '-c', 'trap "echo heard; exit 9" INT; echo up; sleep 600 & wait; echo on'],
      {
        started: (child) => {
          started = child;
        },
        onOut: (sofar) => {
          if (sofar === 'up\n') started?.kill('SIGINT');
        },
      },
    );
    expect([code, stdout]).toEqual([9, 'up\nheard\n']);
  });

  it('says what can’t be run, and on several nodes which said what', async () => {
    const { code, stderr } = await run(['exec', 'too', '--', 'no-such-program']);
    expect([code, stderr]).toEqual([1, expect.stringContaining("no-such-program can't be started")]);
    const both = await run(['exec', 'here', 'too', '--', 'sh', '-c', 'echo one; echo two >&2']);
    expect([both.code, both.stdout]).toEqual([1, 'too: one\n']);
    expect(both.stderr).toContain('too: two\n');
    expect(both.stderr).toContain('here: conc: no release serves in');
  });

  it('conc shell is the person’s own, in the release, and in the history', async () => {
    const input = 'echo $CONC_RELEASE; command -v python; exit 5\n';
    const { code, stdout } = await run(['shell', 'too'], { input, env: { SHELL: '/bin/sh' } });
    expect(code).toBe(5);
    expect(stdout).toMatch(/^r1-[0-9a-f]{8}\n.+\/releases\/r1-[0-9a-f]{8}\/venv\/bin\/python\n/);
    expect((await must('log', 'too', '--limit', '1')).stdout).toMatch(/shell r1-[0-9a-f]{8} \(1\.0\.0\): exit 5/);
  });
});

describe.skipIf(!booted)('a newly paved node', () => {
  it('runs suites that were streamed to it, with the sudo password where they ask for it, told nowhere', async () => {
    const result = await run(['test', 'bare', 'monitoring', 'test_node.Node.test_attributes', '--json']);
    expect(told(result)).toEqual(['test_as_root OK', 'test_tells_it FAILED', 'test_attributes OK']);
    expect(testOf(result, 'test_tells_it').text).toBe('it is ***');
    expect(result.stdout + result.stderr).not.toContain(password);
    expect((await bare?.exec(['sh', '-c', 'ls -d /home/*/tea /tmp/conc-*'], { check: false }))?.stdout).toBe('');
  });

  it('passes conc’s own checks but for what was spoilt', async () => {
    await bare?.exec(['sh', '-c', 'echo 20 > /etc/shadow-conc; chmod 600 /etc/shadow-conc']);
    await bare?.exec(['sh', '-c', 'echo "-----BEGIN OPENSSH PRIVATE KEY-----" > ~/.ssh/id_out'], { as: 'user' });
    const result = await run(['test', 'bare', '--builtin', '--json']);
    const bad = jsonLinesOf(result).filter((line) => line.event === 'test' && line.status === 'FAILED');
    expect(bad.map(({ name, lines }) => [name, String(lines).includes('port 80 on')])).toEqual([
      ['test_no_private_keys', false],
      ['test_declared_ports_only', true],
      ['test_declared_values', false],
    ]);
    expect(bad.at(-1)?.text).toContain("/etc/shadow-conc holds '20'; check.files declares '35'");
    expect(told(result)).toContain('test_no_compiler OK');
    expect(told(result)).toContain('test_clock_is_the_controllers OK');
  });

  it('gives a shell with a terminal, by ssh', async () => {
    await must('deploy', 'bare');
    const shell = `${process.execPath} ${join(house, 'src/cli/main.ts')} shell bare --config ${join(folder, 'conc.ini')}`;
    const typed = 'tty | sed s/[0-9].*//; command -v python; echo $((40+2)); exit 3\n';
    const script = ['script', '-qec', shell, '/dev/null'];
    const { exit, stdout } = await command(script, { input: typed, check: false });
    expect(stdout).toContain('/dev/pts/');
    expect(stdout).toMatch(/\/home\/[a-z]+\/tea\/releases\/r1-[0-9a-f]{8}\/venv\/bin\/python/);
    expect(stdout).toContain('42');
    expect(exit).toBe(3);
    expect((await must('log', 'bare', '--limit', '1')).stdout).toMatch(/shell r1-[0-9a-f]{8} \(1\.0\.0\): exit 3/);
  });
});
