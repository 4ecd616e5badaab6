import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Redis, startRedis } from '../nodes/redis.ts';
import { jsonLinesOf } from '../support/conc.ts';
import { until } from '../support/until.ts';
import { makeProject, type Project } from './project.ts';

/** A real celery with a real broker: tasks go on through a deploy, and the clock ticks in one place. */
let post: Project;
let redis: Redis | undefined;
let shared = '';

beforeAll(async () => {
  post = await makeProject('test/e2e/post');
  const broker = await startRedis(post.folder);
  redis = broker;
  shared = join(post.folder, '.conc/nodes/here/shared');
  await post.configure((ini) => ini.replace(/^broker = .*/m, `broker = redis+socket://${broker.path}`));
  await post.must('lock');
  await post.must('build');
});
afterAll(async () => {
  // Whatever came of it, nobody waits.
  if (existsSync(shared)) writeFileSync(join(shared, 'first'), '');
  await post[Symbol.asyncDispose]();
  await redis?.stop();
});

const python = async (code: string): Promise<string> => {
  const argv = ['exec', 'here', '--process', 'worker', '--', 'python', '-c', code];
  return (await post.must(...argv)).stdout.trim();
};
const send = (gate: string): Promise<string> =>
  python(`from post.tasks import carry; print(carry.delay(${JSON.stringify(gate)}).id)`);
/** The release that carried it out. */
const carriedBy = (id: string): Promise<string> =>
  python(`from post.tasks import app; print(app.AsyncResult(${JSON.stringify(id)}).get(timeout=60))`);
const ticks = (): string => (existsSync(join(shared, 'ticks')) ? readFileSync(join(shared, 'ticks'), 'utf8') : '');
const deploy = async (): Promise<{ release: string; text: (job: string) => string }> => {
  const lines = jsonLinesOf(await post.must('deploy', 'here', '--json'));
  const end = lines.find(({ event }) => event === 'node');
  return {
    release: String(end?.current),
    text: (name) => String(lines.find(({ event, job }) => event === 'done' && job === name)?.text),
  };
};
const processes = async (): Promise<readonly { name: string; state: string; release: string }[]> =>
  JSON.parse((await post.must('status', 'here', '--json')).stdout).nodes[0].processes;

let first: string;
let letter: string;

describe('celery under supervisord', () => {
  it('is deployed: a worker, and a clock that runs on this node only', async () => {
    expect((await post.must('plan', 'here')).stdout).toContain('starts beat on this node only');
    const done = await deploy();
    first = done.release;
    expect(done.text('health')).toBe('every process runs; stayed up for 1 s');
    await until(async () => ticks().includes(first));
  });

  it('does not wait for a task at the next deploy: the old worker finishes it, the new one takes what comes', async () => {
    letter = await send('first');
    await until(async () => existsSync(join(shared, 'first.waits')));
    await post.configure((ini) => ini.replace('--concurrency 2', '--concurrency 3'));
    const done = await deploy();
    expect(done.release).not.toBe(first);
    expect(done.text('health')).toMatch(new RegExp(`draining: worker:worker_0, pid \\d+, runs ${first} since`));
    writeFileSync(join(shared, 'second'), '');
    expect(await carriedBy(await send('second'))).toBe(done.release);
    expect((await processes()).map(({ name, state, release }) => ({ name, state, release }))).toEqual([
      { name: 'beat:beat_0', state: 'RUNNING', release: done.release },
      { name: 'worker:worker_0', state: 'STOPPING', release: first },
      { name: 'worker:worker_0', state: 'RUNNING', release: done.release },
    ]);
    expect((await post.must('status', 'here')).stdout).toMatch(/worker:worker_0 +draining pid \d+, runs r1-/);
    await until(async () => ticks().includes(done.release));
  });

  it('lets the old one end by itself, with its task done by the release that began it', async () => {
    writeFileSync(join(shared, 'first'), '');
    expect(await carriedBy(letter)).toBe(first);
    await until(async () => (await processes()).length === 2);
  });

  it('goes back the same way', async () => {
    await post.must('rollback', 'here');
    writeFileSync(join(shared, 'third'), '');
    expect(await carriedBy(await send('third'))).toBe(first);
  });
});
