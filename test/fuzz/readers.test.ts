import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePylock, recordIn } from '../../src/bundle/lock/pylock.ts';
import { checkConfig } from '../../src/config/check.ts';
import { evaluateWhatCan } from '../../src/config/evaluate.ts';
import { namesOf } from '../../src/config/names.ts';
import { parseIni } from '../../src/config/parse.ts';
import { ConfigError } from '../../src/config/problem.ts';
import type { Config } from '../../src/config/types.ts';
import { ConcError } from '../../src/errors/conc-error.ts';
import type { Json, Session } from '../../src/gateway/types.ts';
import { readHistory } from '../../src/release/history.ts';
import { surveyRoot } from '../../src/release/survey.ts';
import type { Survey } from '../../src/release/types.ts';
import { altered, damaged, readOrRefused } from './mutate.ts';

const sha256 = '0'.repeat(64);

describe('conc.ini', () => {
  const valid = Buffer.from(`[DEFAULT]
app = shop
root = /srv/\${app}
# a comment
[group web]
workers = 4
text = one
  two \${paths:base}
[paths]
base = \${app}/$$
[node web1]
groups = web
sshd.host = web1.example.org
process.web = gunicorn --workers \${workers}
[node here]
gateway = popen
[builder b]
python = python3
`);

  it('of any bytes is told whole: no fault of it stops the reading', () => {
    fc.assert(
      fc.property(damaged(valid), (bytes) => {
        const config = read(bytes.toString('utf8'));
        for (const { message, source } of checkConfig(config)) expect([message, source.line]).not.toContain('');
        for (const node of namesOf(config, 'node'))
          readOrRefused(
            () => evaluateWhatCan(config, node),
            (error) => error instanceof ConfigError,
          );
      }),
      { numRuns: 1000 },
    );
  });

  it('that doubles its values ten times over is refused before it needs the memory', () => {
    const lines = Array.from({ length: 10 }, (_, at) => `k${at} = ${`\${k${at + 1}}`.repeat(20)}`);
    const config = read(`[node a]\n${lines.join('\n')}\nk10 = ${'x'.repeat(1000)}\n`);
    expect(evaluateWhatCan(config, 'a').problems.map(({ code }) => code)).toContain('config.value-too-long');
  });

  it('with lines that no expression may take long for', () => {
    for (const sign of ['[', ']', '=', '$', '${', '$$', '#', ' ', '\t', '\r', '"', ','])
      expect(
        checkConfig(read(`[node a]\nk = ${sign.repeat(200_000)}\n[${sign.repeat(200_000)}\n${sign.repeat(200_000)}`)),
      ).not.toEqual([]);
  });

  const read = (text: string): Config => ({ file: '/conc.ini', shown: 'conc.ini', ...parseIni(text, 'conc.ini') });
});

describe('pylock.toml', () => {
  const valid = Buffer.from(`lock-version = "1.0"
created-by = "conc"
requires-python = ">=3.8"
[[packages]]
name = "Django"
version = "5.0"
marker = "python_version >= '3.10'"
requires-python = ">=3.10"
[[packages.wheels]]
name = "django-5.0-py3-none-any.whl"
url = "https://files.example.org/d/django-5.0-py3-none-any.whl"
size = 1000
hashes = { sha256 = "${sha256}" }
[packages.sdist]
url = "https://files.example.org/d/django%2D5.0.tar.gz"
hashes = { sha256 = "${sha256}" }
[[packages]]
name = "own"
version = "1"
wheels = [{ path = "vendor/own-1-py3-none-any.whl", hashes = { sha256 = "${sha256}" } }]
[tool.conc]
backend = "uv"
inputs = "${sha256}"
targets = ["bookworm"]
`);
  const refused = (error: unknown): boolean => error instanceof ConcError && error.code.startsWith('lock.');

  it('is a lock to begin with', () => {
    expect(parsePylock(valid.toString(), 'pylock.toml').packages.map(({ name }) => name)).toEqual(['django', 'own']);
  });

  it('of any bytes is a lock or refused, and no file of one has a name that leads elsewhere', () => {
    fc.assert(
      fc.property(damaged(valid), (bytes) => {
        const text = bytes.toString('utf8');
        recordIn(text);
        const lock = readOrRefused(() => parsePylock(text, 'pylock.toml'), refused);
        for (const { wheels, sdist } of lock?.packages ?? [])
          for (const { file } of [...wheels, ...(sdist === null ? [] : [sdist])]) expect(file).toMatch(/^\w[\w.+!-]*$/);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['an address that can not be decoded', 'https://files.example.org/%E0%A4%A.whl'],
    ['an address without a file', 'https://files.example.org/'],
    ['an address that hides a path', 'https://files.example.org/..%2F..%2Fevil.whl'],
  ])('%s is refused', (_, url) => {
    const text = `lock-version = "1.0"\n[[packages]]\nname = "a"\nversion = "1"\nwheels = [{ url = "${url}", hashes = { sha256 = "${sha256}" } }]`;
    expect(() => parsePylock(text, 'pylock.toml')).toThrow(expect.objectContaining({ code: 'lock.invalid' }));
  });

  it('that nests without end is refused', () => {
    const deep = `lock-version = "1.0"\na = ${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    expect(() => parsePylock(deep, 'pylock.toml')).toThrow(expect.objectContaining({ code: 'lock.invalid' }));
    expect(recordIn(deep)).toBe(null);
  });
});

describe('what a node answers', () => {
  const survey = {
    root: '/srv/shop',
    exists: true,
    current: 'r1-00000001',
    serving: { from: null, to: 'r1-00000001', confirmed: true, sameBoot: true },
    releases: [
      {
        id: 'r1-00000001',
        bundle: sha256,
        version: '1',
        state: 'proven',
        since: 'then',
        by: 'ann',
        complete: true,
        live: true,
        env: null,
      },
    ],
    schemas: [{ release: 'r1-00000001', before: ['a'], after: { app: 'b' }, compatible: true }],
    next: 2,
    change: {
      state: 'halted',
      kind: 'deploy',
      by: 'ann',
      since: 'then',
      job: { index: 1, name: 'gate', of: 3 },
      release: 'r2-00000002',
      controller: 'lost',
      heard: null,
      why: null,
      bundle: sha256,
      conc: '0.1',
      attributes: { app: 'shop' },
      needs: {
        wheels: true,
        application: false,
        near: false,
        sudo: { continue: { remote: null, local: [] }, abandon: { remote: null, local: null } },
      },
    },
    guarded: { kind: 'deploy', release: 'r1-00000001', by: 'ann', time: 'then', why: 'x', state: 'y' },
    disk: {
      freeBytes: 1,
      freeInodes: null,
      fileSystem: 'ext4',
      options: ['rw'],
      noexec: false,
      readOnly: false,
      network: false,
      writable: true,
      owner: 0,
    },
    store: [sha256],
    etc: true,
    env: null,
    service: {
      sudoCommands: ['/usr/local/lib/conc/place units'],
      listening: { web: { listen: '127.0.0.1:80', count: 1 } },
    },
    owed: ['nginx'],
    processes: [{ name: 'web', state: 'RUNNING', pid: 1, release: null, usage: { since: 'then', memory: 1 } }],
  } satisfies Survey;
  const history: Json = {
    entries: [
      {
        number: 1,
        time: 'then',
        kind: 'deploy',
        release: 'r1-00000001',
        bundle: sha256,
        version: '1',
        by: 'ann',
        outcome: 'proven',
        seconds: 1.5,
        jobs: [{ name: 'gate', status: 'OK', seconds: 0.1 }],
        taken: [{ what: 'resumed', by: 'bob', time: 'later', because: null }],
        note: 'x',
      },
    ],
    damaged: 0,
  };

  it('to survey is a survey or refused', async () => {
    expect(await refusals(survey, (session) => surveyRoot(session, '/srv/shop', 'none'))).toBeGreaterThan(100);
  });

  it('to history is a history or refused', async () => {
    expect(await refusals(history, (session) => readHistory(session, '/srv/shop', 10))).toBeGreaterThan(100);
  });

  /** How many of the altered answers were refused. */
  async function refusals(valid: Json, ask: (session: Session) => Promise<unknown>): Promise<number> {
    await ask(answering(valid));
    let count = 0;
    await fc.assert(
      fc.asyncProperty(altered(valid), async (reply) => {
        const error: unknown = await ask(answering(reply)).then(
          () => null,
          (thrown: unknown) => thrown,
        );
        if (error === null) return;
        count += 1;
        expect(error).toBeInstanceOf(ConcError);
        expect(error).toMatchObject({ code: 'agent.unexpected-reply' });
      }),
      { numRuns: 500 },
    );
    return count;
  }

  /** As much of a session as is asked: what a call gives. */
  function answering(reply: Json): Session {
    const session: Pick<Session, 'target' | 'push'> & { call(): { reply: Promise<Json> } } = {
      push() {},
      target: { kind: 'popen', node: 'here', python: 'python3' },
      call: () => ({ reply: Promise.resolve(reply) }),
    };
    return session as unknown as Session;
  }
});
