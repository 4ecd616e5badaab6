import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { appendFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPythons } from '../../scripts/test/pythons.ts';
import { PYTHON } from '../contract/backends.ts';
import { conc, type Run, type RunOptions } from '../support/conc.ts';
import { type Sshd, startSshd } from '../support/sshd.ts';

const run = promisify(execFile);
const MAIN = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');

describe('conc run', () => {
  let folder: string;
  let sshd: Sshd;
  const at = (...parts: readonly string[]): string => join(folder, ...parts);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'conc-run-test-'));
    sshd = await startSshd();
    await mkdir(at('root'));
    const far = `sshd.ip = 127.0.0.1\nsshd.port = ${sshd.port}\nsshd.key = ${sshd.ssh.key ?? ''}\nsshd.config = /dev/null\nroot = ~/absent-root\n`;
    await writeFile(
      at('conc.ini'),
      `[DEFAULT]\napp = shop\npython = ${PYTHON}\nsudo.password.command = pass show x\n\n[node here]\ngateway = popen\nroot = ./root\nown = 100%% $$5\n\n[node far]\n${far}sshd.options = UserKnownHostsFile=${sshd.knownHosts}\n\n[node stranger]\n${far}sshd.options = UserKnownHostsFile=/dev/null\n\n[node guarded]\ngateway = popen\nroot = ./root\nprotected = yes\n`,
    );
  });
  afterAll(async () => {
    await sshd.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const script = async (source: string, args: readonly string[] = ['here'], options: RunOptions = {}): Promise<Run> => {
    await writeFile(at('script.py'), source);
    return conc(['run', '--python', PYTHON, 'script.py', ...args], { cwd: folder, ...options });
  };
  const history = async (): Promise<Record<string, unknown>[]> =>
    (await readFile(at('root', 'history.jsonl'), 'utf8'))
      .trim()
      .split('\n')
      .map((line): Record<string, unknown> => JSON.parse(line));

  it('is the script: its words, input, outputs and exit code', async () => {
    const source =
      'import sys\nprint(__name__, sys.argv, sys.path[0])\nprint(sys.stdin.read(), file=sys.stderr)\nsys.exit(42)\n';
    const run = await script(source, ['here', '--json', '-x', 'a b', '--'], { input: 'typed' });
    expect(run).toEqual({
      code: 42,
      stdout: `__main__ ['script.py', '--json', '-x', 'a b', '--'] ${folder}\n`,
      stderr: 'typed\n',
    });
    expect((await history()).at(-1)).toMatchObject({
      kind: 'run',
      outcome: 'exit 42',
      note: expect.stringMatching(/^script\.py \(sha256 [0-9a-f]{12}\) --json -x a b --$/),
    });
  });

  it('shows the traceback of the script alone', async () => {
    const { code, stderr } = await script('def f():\n    1/0\nf()\n');
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^Traceback \(most recent call last\):\n {2}File "script\.py", line 3[\s\S]*ZeroDivisionError: division by zero\n$/,
    );
  });

  it('runs on the oldest and the newest Python, here and there', async () => {
    const pythons = await findPythons();
    const source =
      'import execnet, sys\ngroup = execnet.Group(["popen"])\nchannel = group[0].remote_exec("import sys; channel.send((channel.receive(), sys.version_info[:2]))")\nchannel.send({1, -2**99})\nprint(channel.receive() == ({1, -2**99}, sys.version_info[:2]), *sys.version_info[:2])\ngroup.terminate(5)\n';
    await writeFile(at('script.py'), source);
    for (const { executable, version } of [pythons[0], pythons.at(-1)].filter((python) => python !== undefined)) {
      const found = await conc(['run', '--python', executable, 'script.py', 'here'], { cwd: folder });
      expect(found).toEqual({ code: 0, stdout: `True ${version.split('.').slice(0, 2).join(' ')}\n`, stderr: '' });
    }
  });

  it('keeps neither threads nor descriptors of gateways that are gone', async () => {
    const source = `import execnet, os, threading, time
for _ in range(4):
    group = execnet.Group(["popen"])
    channel = group[0].remote_exec("channel.send(1)")
    channel.receive()
    group.terminate(10)
    while threading.active_count() > 1:
        time.sleep(0.01)
    print(len(os.listdir("/proc/self/fd")))
`;
    const { code, stdout } = await script(source);
    expect(code).toBe(0);
    expect(new Set(stdout.trim().split('\n')).size).toBe(1);
  });

  it('leaves nothing of its own in the script', async () => {
    const { stdout } = await script(
      'print(sorted(globals()))\nimport pickle\nclass A: pass\nprint(pickle.loads(pickle.dumps(A)) is A)\n',
    );
    expect(stdout).toMatch(
      /^\['__annotations__', '__builtins__', '__cached__', '__doc__', '__file__', '__loader__', '__name__', '__package__', '__spec__'\]\nTrue\n$/,
    );
  });

  it('ends as the script was ended, by a signal too', async () => {
    const { code } = await script('import os\nos.kill(os.getpid(), 9)\n');
    expect(code).toBe(137);
  });

  it('passes SIGTERM on, and waits', async () => {
    const source =
      'import signal, sys, time\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(7))\nprint("ready", flush=True)\ntime.sleep(60)\n';
    let child: { kill(signal: NodeJS.Signals): boolean } | undefined;
    const { code } = await script(source, ['here'], {
      started: (process) => {
        child = process;
      },
      onOut: (sofar) => {
        if (sofar === 'ready\n') child?.kill('SIGTERM');
      },
    });
    expect(code).toBe(7);
  });

  it('gives {ini}: the node, flat, for configparser, readable by this user only, and gone afterwards', async () => {
    const source =
      'import configparser, json, os, sys\nc = configparser.ConfigParser()\nc.read(sys.argv[1])\nprint(json.dumps([sys.argv[1], c.sections(), dict(c["here"]), oct(os.stat(sys.argv[1]).st_mode)]))\n';
    const { stdout } = await script(source, ['here', '{ini}']);
    const [file, sections, values, mode] = JSON.parse(stdout);
    expect(sections).toEqual(['here']);
    expect(values).toEqual({
      ...{
        app: 'shop',
        python: PYTHON,
        gateway: 'popen',
        root: './root',
        own: '100%% $5',
        name: 'here',
        host: 'localhost',
      },
      venv: at('root', 'venv'),
    });
    expect(mode).toBe('0o100600');
    expect(existsSync(file)).toBe(false);
  });

  it('tells what far ends print, unless --quiet', async () => {
    const source = `import execnet\ngateway = execnet.Group().makegateway("conc=far")\ngateway.remote_exec("import sys; print('out'); sys.stderr.write('err\\\\n')").waitclose()\nprint(gateway.remoteaddress)\n`;
    const { code, stdout, stderr } = await script(source, ['far']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'far\n' });
    expect(stderr.split('\n').sort()).toEqual(['', 'gw0 stderr | err', 'gw0 stdout | out']);
    const quiet = await conc(['run', '--quiet', '--python', PYTHON, 'script.py', 'far'], { cwd: folder });
    expect(quiet).toEqual({ code: 0, stdout: 'far\n', stderr: '' });
  });

  it.each([
    ['conc=stranger', 'HostNotFound', /host key of stranger .* is not recorded[\s\S]*conc trust stranger/],
    ['conc=nobody', 'OSError', /nobody/],
    ['ssh=-o UserKnownHostsFile=/dev/null -p PORT 127.0.0.1', 'HostNotFound', /host key .* is not recorded/],
    [
      'ssh=-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -p PORT 127.0.0.1',
      'HostNotFound',
      /not recorded/,
    ],
    ['ssh=-A 127.0.0.1', 'ValueError', /conc has no agent forwarding/],
    ['popen//python=no-such-python', 'OSError', /no-such-python/],
    ['popen//execmodel=gevent', 'ValueError', /unknown execmodel 'gevent'/],
    ['via=gw0//popen', 'ValueError', /conc has no such gateway/],
  ])('makegateway("%s") raises %s, in words', async (spec, kind, words) => {
    const source = `import execnet, sys\ntry:\n    execnet.makegateway(sys.argv[1])\nexcept Exception as error:\n    print([k.__name__ for k in type(error).__mro__])\n    print(error)\n`;
    const { code, stdout, stderr } = await script(source, ['here', spec.replace('PORT', String(sshd.port))]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n')[0]).toContain(`'${kind}'`);
    expect(stdout).toMatch(words);
  });

  it('takes ssh_args of the script, as the article patches it, and says what it can not use', async () => {
    const source = `import execnet, execnet.gateway_io as io, sys
def args(spec):
    return ["ssh", "-C", *spec.ssh.split(), '{} -c "{}"'.format(spec.python, io.popen_bootstrapline)]
io.ssh_args = args
gateway = execnet.makegateway(sys.argv[1])
print(gateway.remote_exec("channel.send(channel.gateway.id)").receive())
io.ssh_args = lambda spec: ["ssh", "somewhere", "true"]
try:
    execnet.makegateway(sys.argv[1])
except ValueError as error:
    print(error)
`;
    const way = `ssh=-F /dev/null -i ${sshd.ssh.key ?? ''} -o UserKnownHostsFile=${sshd.knownHosts} -p ${sshd.port} 127.0.0.1//python=${PYTHON}`;
    const { code, stdout } = await script(source, ['here', way]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^gw0-worker\nssh_args must give: /);
  });

  it('leaves nothing running, and writes down that it was interrupted, when conc is killed', async () => {
    const source =
      'import execnet, os, time\nchannel = execnet.makegateway("conc=far").remote_exec("import os, time; channel.send(os.getpid()); channel.receive()")\nprint(channel.receive(), os.environ["CONC_RUN_SOCKET"], flush=True)\ntime.sleep(60)\n';
    let child: { readonly pid?: number | undefined; kill(signal: NodeJS.Signals): boolean } | undefined;
    let script_ = 0;
    const run = await script(source, ['here'], {
      started: (process) => {
        child = process;
      },
      onOut: (sofar) => {
        if (script_ !== 0 || !sofar.endsWith('\n')) return;
        script_ = childOf(child?.pid ?? 0);
        child?.kill('SIGKILL');
        // The script is a child of the terminal's: ended by whoever killed conc.
        process.kill(script_, 'SIGKILL');
      },
    });
    expect(run.code).toBe(null);
    const [far, socket = ''] = run.stdout.trim().split(' ');
    // Nobody is left to remove it.
    await rm(dirname(socket), { recursive: true });
    await until(() => !existsSync(`/proc/${far}`));
    await until(async () => (await history()).at(-1)?.outcome === 'interrupted');
    expect((await history()).at(-1)).toMatchObject({ kind: 'run', outcome: 'interrupted' });
  });

  it('keeps the exit code of the script when the node is lost meanwhile, and says what is not known there', async () => {
    const source = `import os, sys
for pid in open("/proc/%d/task/%d/children" % (os.getppid(), os.getppid())).read().split():
    if int(pid) != os.getpid():
        os.kill(int(pid), 9)
sys.exit(5)
`;
    const { code, stderr } = await script(source);
    expect(code).toBe(5);
    expect(stderr).toMatch(/connection to here was lost[\s\S]*history of here says/);
  });

  it('does not wait for a gateway that nobody waits for any more', { timeout: 55_000 }, async () => {
    // A port that takes connections and says nothing: conc itself would wait for 60 s.
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const address = silent.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const source = `import execnet, os, threading, time
threading.Thread(target=execnet.makegateway, args=("ssh=-o ConnectTimeout=600 -p ${port} 127.0.0.1",), daemon=True).start()
while not any("StrictHostKeyChecking" in open("/proc/%s/cmdline" % pid).read() for pid in open("/proc/%d/task/%d/children" % (os.getppid(), os.getppid())).read().split()):
    time.sleep(0.01)
os._exit(6)
`;
    const { code } = await script(source);
    silent.close();
    expect(code).toBe(6);
  });

  it('asks for consent where the node is protected, and starts nothing where it can not be reached', async () => {
    await writeFile(at('script.py'), 'open("started", "w")\n');
    const refused = await conc(['run', 'script.py', 'guarded'], { cwd: folder });
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes guarded') });
    const unreached = await conc(['run', 'script.py', 'stranger'], { cwd: folder });
    expect(unreached).toMatchObject({ code: 1, stderr: expect.stringContaining('conc trust stranger') });
    expect(existsSync(at('started'))).toBe(false);
    expect((await conc(['run', '--yes', 'guarded', 'script.py', 'guarded'], { cwd: folder })).code).toBe(0);
    expect((await stat(at('started'))).size).toBe(0);
  });

  it.each([
    [['absent.py', 'here'], /absent\.py can't be read/],
    [['--python', '/absent/python', 'script.py', 'here'], /\/absent\/python can't be started[\s\S]*--python/],
    [['script.py'], /missing required argument 'node'/],
    [['script.py', 'nowhere'], /nowhere/],
  ])('%j is wrong usage', async (args, words) => {
    await writeFile(at('script.py'), 'print(1)\n');
    const { code, stdout, stderr } = await conc(['run', ...args], { cwd: folder });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(words);
  });

  it('leaves Ctrl-C to the script', async () => {
    await writeFile(
      at('script.py'),
      'try:\n    input("Word: ")\nexcept KeyboardInterrupt:\n    print("interrupted")\n    raise SystemExit(9)\n',
    );
    const conc = [process.execPath, MAIN, 'run', '--python', PYTHON, 'script.py', 'here'];
    const argv = [join(import.meta.dirname, '../support/at-terminal.py'), 'Word: ', '\x03', '--', ...conc];
    const { stdout } = await run(PYTHON, argv, { cwd: folder, env: { ...process.env, NO_COLOR: '1' } });
    expect(stdout.replaceAll('\r', '')).toBe('Word: ^C\ninterrupted\nexit 9\n');
    expect((await history()).at(-1)).toMatchObject({ outcome: 'exit 9' });
  });

  it('leaves the terminal to the script, and asks there itself what ssh asks: nothing echoes', async () => {
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'open', '-f', at('locked')]);
    await appendFile(join(sshd.folder, 'authorized_keys'), await readFile(at('locked.pub')));
    const source =
      'import execnet, getpass, sys\nprint("got", getpass.getpass("Word: ") == "sesame")\ngateway = execnet.makegateway(sys.argv[1])\nprint(gateway.id)\nprint("got", getpass.getpass("Again: ") == "sesam")\n';
    await writeFile(at('script.py'), source);
    const way = `ssh=-F /dev/null -i ${at('locked')} -o IdentitiesOnly=yes -o UserKnownHostsFile=${sshd.knownHosts} -p ${sshd.port} 127.0.0.1`;
    const answers = ['Word: ', 'sesame', "locked': ", 'open', 'Again: ', 'sesam'];
    const conc = [process.execPath, MAIN, 'run', '--python', PYTHON, 'script.py', 'here', way];
    const { stdout } = await run(
      PYTHON,
      [join(import.meta.dirname, '../support/at-terminal.py'), ...answers, '--', ...conc],
      {
        cwd: folder,
        env: { ...process.env, NO_COLOR: '1', SSH_AUTH_SOCK: undefined },
      },
    );
    expect(stdout.replaceAll('\r', '')).toBe(
      `Word: \ngot True\nEnter passphrase for key '${at('locked')}': \ngw0\nAgain: \ngot True\nexit 0\n`,
    );
  });
});

function childOf(pid: number): number {
  const { stdout } = spawnSync('cat', [`/proc/${pid}/task/${pid}/children`], { encoding: 'utf8' });
  // ssh is in a session of its own; the script is the one that shares conc's.
  return Number(
    stdout
      .trim()
      .split(' ')
      .find((child) => readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('launch.py')),
  );
}

async function until(fact: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await fact())) await new Promise((resolve) => setTimeout(resolve, 20));
}
