import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { PYTHON } from '../contract/backends.ts';
import { conc } from '../support/conc.ts';
import { type Sshd, startSshd } from '../support/sshd.ts';

// The same cases (channels/*.py) over execnet itself and over what `conc run` gives a script in its place: popen and ssh.

const run = promisify(execFile);
const here = join(import.meta.dirname, 'channels');
const agent = join(import.meta.dirname, '..', '..', 'agent');
const REPLAY = join(here, 'replay.py');

const outcome = z.object({ execnet: z.string(), seen: z.record(z.string(), z.unknown()) });
type Seen = Readonly<Record<string, unknown>>;

/** Where conc differs, and why it stays so. `execnet` and `conc`: what each must have come to, as JSON. */
const REASONS: readonly {
  readonly why: string;
  readonly name: RegExp;
  readonly execnet: RegExp;
  readonly conc: RegExp;
}[] = [
  {
    why: 'integers below -2^31 and of more than 4,300 digits: a known fault of execnet',
    name: /^(value|bytes of) /,
    execnet: /^\["raised", ?"(error|ValueError)",.*(format requires|out of range|Exceeds the limit)/,
    conc: /^\["gave"/,
  },
  {
    why: 'integers of more than 2,000 bits are bytes, which takes time in their length, not in its square, and has no limit',
    name: /^bytes of (2\*\*(2000\+[01]|2001|10000)|int of 14281)/,
    execnet: /^\["gave"/,
    conc: /^\["gave"/,
  },
  {
    why: 'bytes that code no value are a LoadError, whatever is wrong with them, and nothing is made up for them',
    name: /^loads /,
    execnet:
      /^\["(raised", ?"(EOFError|error|IndexError|TypeError|ValueError|UnicodeDecodeError|AssertionError|LoadError)|gave)"/,
    conc: /^\["raised", ?"LoadError", ?\["LoadError", ?"DataFormatError"\]/,
  },
  {
    why: 'a container that holds itself is a DumpError, like all that can not be sent',
    name: /^refused itself$/,
    execnet: /RecursionError/,
    conc: /DumpError/,
  },
  {
    why: 'a far KeyboardInterrupt is told with its traceback',
    name: /^far keyboard interrupt$/,
    execnet: /keyboard-interrupted/,
    conc: /'KeyboardInterrupt'/,
  },
  {
    why: "TimeoutError is Python's own too",
    name: /^timeout(s| classes)$/,
    execnet: /\["str", ?"'TimeoutError'"\], ?\["str", ?"'OSError'"\]|"0x0"/,
    conc: /\["str", ?"'TimeoutError'"\], ?\["str", ?"'TimeoutError'"\]|^(?!.*"0x0")/,
  },
  {
    why: "a channel of another gateway would have been taken for one of this gateway's own",
    name: /^channel of another gateway$/,
    execnet: /'gave'/,
    conc: /DumpError/,
  },
  {
    why: 'an error in a callback is a RemoteError here too; execnet raises a text',
    name: /^callback that raises is told here$/,
    execnet: /exceptions must derive from BaseException/,
    conc: /'ValueError: in the callback'/,
  },
  {
    why: 'an error in a callback closes the channel and is told by it; execnet lets it out of setcallback where the item waited already',
    name: /^callback that raises for what waits$/,
    execnet: /ValueError.*Timeout/,
    conc: /NoneType.*RemoteError/,
  },
  {
    why: 'env:NAME without a value is the text True; execnet starts the gateway and then fails',
    name: /^(group: environment|specification popen\/\/env:A)$/,
    execnet: /str expected, not bool|"bool", ?"0x1"/,
    conc: /'True'/,
  },
  {
    why: 'conc has no rsync: files go by sshfs or by the bundle',
    name: /^exported RSync$/,
    execnet: /0x1/,
    conc: /0x0/,
  },
];

describe('channels, beside execnet', () => {
  let folder: string;
  let wheel: string;
  let sshd: Sshd;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'conc-channels-'));
    const { stdout } = await run(PYTHON, ['-B', '-m', 'tests.install.downloads', join(here, 'execnet.txt')], {
      cwd: agent,
    });
    wheel = stdout.trim();
    sshd = await startSshd();
    await mkdir(join(folder, 'root'));
    await writeFile(join(folder, 'conc.ini'), '[DEFAULT]\napp = shop\n[node here]\ngateway = popen\nroot = ./root\n');
    await writeFile(
      join(folder, 'ssh_config'),
      `Host far\n  HostName 127.0.0.1\n  Port ${sshd.port}\n  IdentityFile ${sshd.ssh.key ?? ''}\n  UserKnownHostsFile ${sshd.knownHosts}\n  GlobalKnownHostsFile /dev/null\n`,
    );
  });
  afterAll(async () => {
    await sshd?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const env = (): Record<string, string> => ({
    PATH: process.env.PATH ?? '',
    HOME: process.env.HOME ?? '',
    CHANNELS_WORK: folder,
    CHANNELS_PYTHON: PYTHON,
    PYTHONHASHSEED: '0',
    PYTHONDONTWRITEBYTECODE: '1',
  });

  async function byExecnet(way: string): Promise<Seen> {
    const file = join(folder, 'execnet.json');
    await run(PYTHON, [REPLAY, file, way], { env: { ...env(), PYTHONPATH: wheel } });
    const { execnet, seen } = outcome.parse(JSON.parse(await readFile(file, 'utf8')));
    expect(execnet).toContain(wheel);
    return seen;
  }

  async function byConc(way: string): Promise<Seen> {
    const file = join(folder, 'conc.json');
    const args = ['run', '--quiet', '--python', PYTHON, REPLAY, 'here', file, way];
    const { code, stderr } = await conc(args, { cwd: folder, env: env() });
    if (code !== 0) throw new Error(`exit ${code}\n${stderr}`);
    const { execnet, seen } = outcome.parse(JSON.parse(await readFile(file, 'utf8')));
    expect(execnet).toMatch(/agent\/conc_run\/execnet$/);
    return seen;
  }

  it.each([
    ['popen', 950],
    ['ssh', 450],
  ])('%s: the same cases come to the same', async (kind, least) => {
    const way = kind === 'popen' ? 'popen' : `ssh=-F ${join(folder, 'ssh_config')} far//python=${PYTHON}`;
    const theirs = await byExecnet(way);
    const ours = await byConc(way);
    expect(Object.keys(ours)).toEqual(Object.keys(theirs));
    const differing = Object.keys(theirs).filter((name) => JSON.stringify(ours[name]) !== JSON.stringify(theirs[name]));
    const reasons = new Map<string, number>();
    const unexplained: unknown[] = [];
    for (const name of differing) {
      const [execnet, own] = [JSON.stringify(theirs[name]), JSON.stringify(ours[name])];
      const reason = REASONS.find((one) => one.name.test(name) && one.execnet.test(execnet) && one.conc.test(own));
      if (reason === undefined) unexplained.push({ name, execnet, conc: own });
      else reasons.set(reason.why, (reasons.get(reason.why) ?? 0) + 1);
    }
    const cases = Object.keys(theirs).length;
    console.log(`${kind}: ${cases} cases, ${differing.length} differ, each with a reason:`);
    for (const [why, count] of reasons) console.log(`  ${count} × ${why}`);
    expect(unexplained).toEqual([]);
    expect(cases).toBeGreaterThan(least);
    // A reason that nothing needs any more is to go.
    if (kind === 'popen') expect(REASONS.filter(({ why }) => !reasons.has(why))).toEqual([]);
  });
});
