import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { conc } from '../support/conc.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'conc-cli-'));
  await writeFile(
    join(folder, 'conc.ini'),
    '[DEFAULT]\napp = shop\n\n[group web]\nworkers = 4\n\n[node here]\ngateway = popen\nroot = ./root\ngroups = web\n\n[node guarded]\ngateway = popen\nroot = ./other\nprotected = yes\n',
  );
});
afterAll(() => rm(folder, { recursive: true }));

describe('conc', () => {
  it('prints its version', async () => {
    expect(await conc(['--version'])).toEqual({ code: 0, stdout: '0.1.0\n', stderr: '' });
  });

  it('lists every command with a summary, examples and exit codes when called without one', async () => {
    const { code, stdout } = await conc([]);
    expect(code).toBe(0);
    for (const { name, summary } of commands)
      expect(stdout.replaceAll(/\s+/g, ' ')).toContain(`${name} ${summary}`.replace(/^(\S+) /, ''));
    expect(stdout).toContain('Exit codes');
  });

  it.each(commands.map(({ name }) => name))('%s --help has a description, options and examples', async (name) => {
    const { code, stdout, stderr } = await conc([name, '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^Usage: conc ${name} `));
    expect(stdout).toContain('--json');
    expect(stdout).toContain(`\nExamples:\n  conc ${name}`);
  });
});

describe('wrong usage', () => {
  it.each([
    [['deplyo', 'here'], /unknown command 'deplyo'[\s\S]*deploy/],
    [['show', '--jsn'], /unknown option '--jsn'[\s\S]*--json/],
    [['deploy'], /missing required argument 'node'/],
    [['status', 'hree'], /hree[\s\S]*here/],
    [['status', '@wbe'], /wbe[\s\S]*web/],
    [['log', 'here', '--limit', '0'], /--limit 0/],
    [['completion', 'csh'], /no completion for csh/],
    [['deploy', 'here'], /conc build/],
    [['deploy', 'here', '--bundle', 'absent.bundle'], /absent\.bundle/],
    [['show', 'here', '--config', 'absent.ini'], /absent\.ini/],
  ])('%j is exit 2, in words, without a stack trace', async (args, words) => {
    const { code, stdout, stderr } = await conc(args, { cwd: folder });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(words);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('is JSON with --json', async () => {
    const { code, stdout } = await conc(['status', 'hree', '--json'], { cwd: folder });
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toEqual({
      error: {
        code: expect.any(String),
        message: expect.stringContaining('hree'),
        hint: expect.anything(),
        state: null,
      },
    });
  });

  it('tells where there is no conc.ini', async () => {
    const { code, stderr } = await conc(['show'], { cwd: tmpdir() });
    expect(code).toBe(2);
    expect(stderr).toContain('conc.ini');
  });

  it('asks consent for a protected node, and without a terminal refuses', async () => {
    const { code, stderr } = await conc(['abandon', 'guarded'], { cwd: folder });
    expect(code).toBe(2);
    expect(stderr).toContain('--yes guarded');
    const given = await conc(['abandon', 'guarded', '--yes', 'guarded'], { cwd: folder });
    expect(given.code).toBe(1);
    expect(given.stderr).toContain('no change to abandon');
  });
});

describe('reading commands on a node without a release', () => {
  it('status says that nothing serves yet, and creates nothing', async () => {
    const run = await conc(['status', 'here', '--json'], { cwd: folder });
    expect(run.code).toBe(0);
    expect(JSON.parse(run.stdout)).toEqual({
      nodes: [{ node: 'here', reachable: true, release: null, change: null, guarded: null, owed: [], processes: [] }],
    });
  });

  it('releases and log are empty', async () => {
    expect((await conc(['releases', 'here'], { cwd: folder })).stdout).toBe('here has no releases yet\n');
    expect((await conc(['log', 'here', '--json'], { cwd: folder })).stdout).toBe(
      '{"node":"here","entries":[],"damaged":0}\n',
    );
  });

  it('rollback has nothing to go back to', async () => {
    const { code, stderr } = await conc(['rollback', 'here'], { cwd: folder });
    expect(code).toBe(1);
    expect(stderr).toContain('no proven release');
  });
});

describe('check NODE', () => {
  it('tells what the node is and whether it is fit, and records its target', async () => {
    const run = await conc(['check', 'here', '--json'], { cwd: folder });
    expect(run.code).toBe(0);
    const { problems, nodes } = JSON.parse(run.stdout);
    expect(problems).toEqual([]);
    const codes = nodes[0].findings.map(({ code }: { code: string }) => code);
    expect(codes).toContain('node.python');
    expect(codes).toContain('node.no-target');
    expect((await conc(['check', 'here', '--record'], { cwd: folder })).stdout).toContain('in conc.targets.json');
    expect((await conc(['check', 'here'], { cwd: folder })).stdout).toMatch(
      /its target cp\S+ is in conc\.targets\.json/,
    );
  });

  it('is exit 1 for a node that can not be looked at', async () => {
    const ini = join(folder, 'broken.ini');
    await writeFile(ini, '[node gone]\napp = shop\ngateway = popen\nroot = ./x\npython = /nowhere/python3\n');
    const run = await conc(['check', 'gone', '--config', ini], { cwd: folder });
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(/gone can't be looked at[\s\S]*\/nowhere\/python3/);
  });
});

describe('completion', () => {
  const words = async (...line: string[]): Promise<string[]> =>
    (await conc(['completion', '--words', '--', 'conc', ...line], { cwd: folder })).stdout.split('\n').filter(Boolean);

  it('offers commands, nodes and groups, options, jobs', async () => {
    expect(await words('de')).toEqual(['deploy']);
    expect(await words('deploy', '')).toEqual(['here', 'guarded', '@web', '@all']);
    expect(await words('deploy', 'here', '--un')).toEqual(['--until']);
    expect(await words('deploy', 'here', '--until', 'in')).toEqual(['install']);
    expect(await words('bundle', '')).toEqual(['show', 'verify', 'diff']);
    expect(await words('deploy', 'here', '--until', 'ren')).toEqual([]);
    expect(await words('env', 's')).toEqual(['set']);
    expect(await words('env', 'set', 'h')).toEqual(['here']);
    expect(await words('bundle', 'v')).toEqual(['verify']);
    expect(await words('bundle', 'diff', '')).toEqual([]);
  });

  it('writes a script that bash accepts and that completes', async () => {
    const { stdout } = await conc(['completion', 'bash']);
    expect(stdout).toContain('complete -o default -F _conc conc');
  });
});
