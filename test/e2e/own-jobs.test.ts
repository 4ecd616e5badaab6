import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conc, jsonLinesOf, type Run, type RunOptions } from '../support/conc.ts';
import { signals } from '../support/signals.ts';
import { until } from '../support/until.ts';

const house = fileURLToPath(new URL('../..', import.meta.url));
let folder: string;

/** A node of its own for each case. */
const nodes: Readonly<Record<string, string>> = {
  well: '',
  bitter: 'taste = bitter',
  verdict: 'verdict = so so',
  slow: 'slow = yes',
  home: 'home = slow',
  home2: 'home = slow',
  halts: 'home = waits',
  steps: '',
  skips: '',
  tampered: '',
};

const ini = (jobs: string, named: Readonly<Record<string, string>>): string =>
  [
    `[DEFAULT]\napp = tea\ndevops.jobs = tea.devops.jobs:${jobs}\ngateway = popen\n`,
    ...Object.entries(named).map(([name, keys]) => `[node ${name}]\nroot = ./.conc/nodes/${name}\n${keys}\n`),
  ].join('\n');

const run = (args: readonly string[], options?: RunOptions): Promise<Run> => {
  const env = { PATH: `${process.env.PATH ?? ''}${delimiter}${join(house, '.tools/venv/bin')}` };
  return conc(args, { cwd: folder, env, ...options });
};

async function must(...args: string[]): Promise<Run> {
  const result = await run(args);
  if (result.code !== 0) throw new Error(`conc ${args.join(' ')}: ${result.code}\n${result.stdout}${result.stderr}`);
  return result;
}

const use = (jobs: string, named = nodes): Promise<void> => writeFile(join(folder, 'conc.ini'), ini(jobs, named));

/** What each job came to, in order. */
const statuses = (result: Run): string[] =>
  jsonLinesOf(result)
    .filter(({ event }) => event === 'done')
    .map(({ job, status }) => `${String(job)} ${String(status)}`);

const doneOf = (result: Run, job: string): Record<string, unknown> =>
  jsonLinesOf(result).find((line) => line.event === 'done' && line.job === job) ?? {};

const endOf = (result: Run): Record<string, unknown> => jsonLinesOf(result).find(({ event }) => event === 'node') ?? {};

const logsOf = (result: Run): { host: unknown; name: unknown; message: unknown }[] =>
  jsonLinesOf(result)
    .filter(({ event }) => event === 'log')
    .map(({ host, name, message }) => ({ host, name, message }));

async function isRunning(pid: number): Promise<boolean> {
  return readFile(`/proc/${pid}/stat`, 'utf8').then(
    (stat) => !/\) [ZX] /.test(stat),
    () => false,
  );
}

/** What of the project's own, whose folder is where its ops work, sleeps still. */
async function sleepers(): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => ({
      place: await readlink(`/proc/${pid}/cwd`).catch(() => ''),
      line: await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''),
    })),
  );
  return found.flatMap(({ place, line }) => (place === folder && line.startsWith('sleep') ? [line] : []));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'conc-own-'));
  await cp(join(house, 'test/e2e/tea'), folder, { recursive: true });
  await use('jobs');
  await must('lock');
  await must('build');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("the application's own jobs", () => {
  it('are planned without its code: where each runs, what it tells of itself, what a person would type', async () => {
    const plan = (await must('plan', 'well')).stdout;
    expect(plan).toContain(`note_time    [here] notes the time for well in ${join(folder, '.conc/nodes/well')}`);
    expect(plan).toMatch(/taste +unknown: calls tea\.devops\.ops\.taste/);
    const byHand = (await must('plan', 'well', '--by-hand')).stdout;
    expect(byHand).toContain('note_time    on the controller');
    expect(byHand).toContain(`touch ${join(folder, '.conc/nodes/well')}/shared/pot`);
  });

  it('run on both ends, in the right interpreters, with one dict of attributes; what they say comes as it is said', async () => {
    const result = await must('deploy', 'well', '--json');
    expect(statuses(result)).toEqual([
      ...['note_time OK', 'look OK', 'preflight OK', 'deliver OK', 'install OK', 'verify OK', 'brew OK'],
      ...['call_home STOPPED', 'taste OK', 'switch OK', 'restart STOPPED', 'health STOPPED', 'confirm OK'],
      'prune STOPPED',
    ]);
    const said = logsOf(result);
    const near = join(folder, '.conc/near/releases');
    expect(said).toContainEqual({ host: 'localhost', name: 'stdout', message: 'a printed line' });
    expect(said.find(({ message }) => String(message).startsWith(`noted in ${near}/`))?.host).toBe('localhost');
    expect(said.find(({ message }) => /^looked in (?!.*\.conc).* at tea time$/.test(String(message)))?.host).toBe(
      'well',
    );
    const far = `brewed in ${join(folder, '.conc/nodes/well/releases')}/${String(endOf(result).release)}/venv for tea time`;
    expect(said).toContainEqual({ host: 'well', name: 'tea.devops', message: far });
    expect(await readFile(join(folder, '.conc/nodes/well/shared/pot'), 'utf8')).toBe('assam sencha');
    expect(await readdir(join(folder, '.conc/nodes/well'))).not.toContain('change');
  });

  it('that raise are errors with their own traceback; what was done before is undone by what it declares', async () => {
    const result = await run(['deploy', 'bitter', '--json']);
    expect(result.code).toBe(1);
    const done = doneOf(result, 'taste');
    expect(done).toMatchObject({ status: 'ERROR', text: 'ValueError: bitter' });
    expect(String(done.evidence)).toMatch(/ops\.py", line \d+, in taste.*ValueError: bitter.*\| a last word/s);
    expect(endOf(result).state).toContain('undone: brew');
    await expect(readFile(join(folder, '.conc/nodes/bitter/shared/pot'))).rejects.toThrow('ENOENT');
  });

  it('that return no status are told so', async () => {
    const result = await run(['deploy', 'verdict', '--json']);
    expect(result.code).toBe(1);
    expect(doneOf(result, 'taste')).toMatchObject({ status: 'ERROR' });
    expect(String(doneOf(result, 'taste').text)).toContain("'so so'");
  });

  it('are ended when their time is over, with what they started in a session of its own', async () => {
    const result = await run(['deploy', 'slow', '--json']);
    expect(result.code).toBe(1);
    expect(doneOf(result, 'brew')).toMatchObject({ status: 'TIMED OUT', text: 'its limit of 8 s passed' });
    const escaped = logsOf(result).find(({ message }) => String(message).startsWith('escaped '));
    expect(await isRunning(Number(String(escaped?.message).slice('escaped '.length)))).toBe(false);
    await expect(readFile(join(folder, '.conc/nodes/slow/shared/pot'))).rejects.toThrow('ENOENT');
  });

  it('here are ended by the second Ctrl-C, and the change with them', async () => {
    const result = await run(
      ['deploy', 'home', '--json'],
      signals('"message":"calls home for 322 s"', ['SIGINT', 'SIGINT']),
    );
    expect(result.code).toBe(1);
    expect(doneOf(result, 'call_home')).toMatchObject({ status: 'FAILED', text: 'cancelled' });
    expect(await sleepers()).toEqual([]);
  });

  it('that were cut off are not run again before a person says so', async () => {
    let pid: number | undefined;
    let killed = false;
    await run(['deploy', 'home2', '--json'], {
      started: (child) => {
        pid = child.pid;
      },
      onOut: (text) => {
        if (killed || pid === undefined || !text.includes('"event":"start","job":"call_home"')) return;
        killed = true;
        process.kill(pid, 'SIGKILL');
      },
    });
    // The agent sees that nobody is there, and holds the change.
    await until(async () => {
      const { nodes: seen } = JSON.parse((await must('status', 'home2', '--json')).stdout);
      return seen[0].change.state !== 'running';
    });
    const bundle = join(folder, '.conc/bundles', (await readdir(join(folder, '.conc/bundles')))[0] ?? '');
    const stopped = await run(['continue', 'home2', '--bundle', bundle]);
    expect(stopped.code).toBe(4);
    expect(stopped.stderr).toMatch(/call_home was cut off[\s\S]*--done call_home[\s\S]*--again call_home/);
    const other = await run(['continue', 'home2', '--done', 'taste']);
    expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('the next job is call_home')]);
    const done = await must('continue', 'home2', '--done', 'call_home', '--json');
    expect(statuses(done).slice(0, 3)).toEqual(['call_home STOPPED', 'taste OK', 'switch OK']);
    expect((await must('log', 'home2', '--json')).stdout).toContain('done by hand, says ');
  });

  it('end before a halt that is asked for elsewhere', async () => {
    let halt: Promise<Run> | undefined;
    // The job is long enough for somebody to ask.
    const heard = (text: string): void => {
      if (text.includes('halts after')) writeFileSync(join(folder, '.conc/nodes/halts/ready'), '');
    };
    const result = await run(['deploy', 'halts', '--json'], {
      onOut: (text) => {
        if (text.includes('"event":"start","job":"call_home"')) halt ??= run(['halt', 'halts'], { onErr: heard });
      },
    });
    expect(result.code).toBe(4);
    expect(statuses(result).at(-1)).toBe('call_home STOPPED');
    expect(endOf(result).state).toMatch(/a halt was asked for by /);
    const asked = await halt;
    expect(asked).toMatchObject({ code: 0, stdout: expect.stringContaining('halts: halted after call_home') });
    expect((await run(['halt', 'halts'])).stderr).toContain('there is nothing to halt');
    await must('abandon', 'halts');
  });

  it('are shown and asked about one by one with --step, at a terminal', async () => {
    const noTerminal = await run(['deploy', 'steps', '--step']);
    expect([noTerminal.code, noTerminal.stderr]).toEqual([2, expect.stringContaining('there is no terminal')]);
    const [yes, skip] = ['y to run it, s to skip it, q to stop here: ', 'why? The history will have it: '];
    const answers = [yes, 'y', yes, 's', skip, 'not needed', yes, 'q'];
    const argv = [join(house, 'test/support/at-terminal.py'), ...answers, '--', process.execPath];
    const { stdout } = await promisify(execFile)(
      'python3',
      [...argv, join(house, 'src/cli/main.ts'), 'deploy', 'steps', '--step'],
      { cwd: folder, env: { ...process.env, NO_COLOR: '1' } },
    );
    expect(stdout).toMatch(/ 1 note_time +\[here\] notes the time[\s\S]* 1 note_time +OK/);
    expect(stdout).toMatch(
      / 2 look +unknown: calls tea\.devops\.ops\.look[\s\S]* 2 look +STOPPED +0\.0 s +skipped: not needed/,
    );
    expect(stdout).toMatch(/halted after look: as asked, before preflight[\s\S]*exit 4/);
    await must('abandon', 'steps');
  });

  it('are skipped for a reason, which the history has; what others stand on is not', async () => {
    expect((await run(['deploy', 'skips', '--skip', 'taste'])).stderr).toContain('needs --reason');
    const install = await run(['deploy', 'skips', '--skip', 'install', '--reason', 'no']);
    expect([install.code, install.stderr]).toEqual([2, expect.stringContaining('stands on it')]);
    const result = await must('deploy', 'skips', '--skip', 'taste', '--reason', 'no spoon', '--json');
    expect(doneOf(result, 'taste')).toMatchObject({ status: 'STOPPED', text: 'skipped: no spoon' });
    expect((await must('log', 'skips', '--json')).stdout).toContain('skipped: no spoon');
  });

  it('do not run from other code than the bundle was built from', async () => {
    expect((await run(['deploy', 'tampered', '--until', 'verify'])).code).toBe(4);
    const releases = join(folder, '.conc/nodes/tampered/releases');
    const [release] = await readdir(releases);
    const [python] = await readdir(join(releases, release ?? '', 'venv/lib'));
    const file = join(releases, release ?? '', 'venv/lib', python ?? '', 'site-packages/tea/devops/ops.py');
    const text = await readFile(file, 'utf8');
    await rm(file);
    await writeFile(file, text.replace('tea time', 'five o’clock'));
    const bundle = join(folder, '.conc/bundles', (await readdir(join(folder, '.conc/bundles')))[0] ?? '');
    const result = await run(['continue', 'tampered', '--bundle', bundle, '--json']);
    expect(result.code).toBe(1);
    expect(doneOf(result, 'brew')).toMatchObject({ status: 'ERROR' });
    expect(String(doneOf(result, 'brew').text)).toContain('tea.devops.ops is not what the bundle was built from');
  });
});

describe('other sequences', () => {
  it('that switch nothing come to their end too', async () => {
    await use('plain', { plain: '' });
    await must('build');
    const result = await must('deploy', 'plain', '--json');
    expect(statuses(result)).toEqual(['note_time OK', 'look OK']);
    expect(endOf(result)).toMatchObject({ outcome: 'done' });
  });

  it('with mistakes are refused by check and by build, all of them at once', async () => {
    await use('wrong', { wrong: '' });
    const check = await run(['check']);
    expect(check.code).toBe(2);
    const build = await run(['build']);
    expect(build.code).toBe(2);
    for (const mistake of [
      /listed as local: conc.s own ops run on the node/,
      /nowhere/,
      /lambda has no name/,
      /can't be called with/,
    ]) {
      expect(check.stdout).toMatch(mistake);
      expect(build.stderr).toMatch(mistake);
    }
  });

  it('run their once jobs on one node; a rollback past a migration waits for a person', async () => {
    const ledger = join(folder, '.conc/ledger');
    const two = (schema: string, once: string) => ({
      a: `ledger = ${ledger}\nschema = ${schema}\n`,
      b: `ledger = ${ledger}\nschema = ${schema}\n${once}`,
    });
    await use('once', two('one', ''));
    await must('build');
    const nobody = await run(['deploy', '@all']);
    expect([nobody.code, nobody.stderr]).toEqual([3, expect.stringContaining('none of a, b says once = yes')]);
    await use('once', two('one', 'once = yes'));
    const notYet = await run(['deploy', 'a']);
    expect([notYet.code, notYet.stderr]).toEqual([3, expect.stringContaining('has not been run there')]);
    const both = await must('deploy', '@all', '--json');
    expect(
      jsonLinesOf(both)
        .filter(({ event }) => event === 'node')
        .map(({ node }) => node),
    ).toEqual(['b', 'a']);
    expect(statuses(both).filter((line) => line.startsWith('Migrate'))).toEqual(['Migrate(compatible=False) OK']);

    await use('once', two('two', 'once = yes'));
    await must('deploy', '@all');
    expect(await readFile(ledger, 'utf8')).toBe('two');
    const blocked = await run(['rollback', 'b']);
    expect(blocked.code).toBe(3);
    expect(blocked.stderr).toMatch(
      /b is BLOCKED: the database was migrated since[\s\S]*one → two[\s\S]*--accept-schema/,
    );
    await must('rollback', 'b', '--accept-schema');
  });
});
