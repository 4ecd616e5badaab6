import { afterAll, beforeAll, expect, it } from 'vitest';
import { jsonLinesOf } from '../support/conc.ts';
import { readTimings } from '../timings/read-timings.ts';
import { makeProject, type Project } from './project.ts';

/** How often a deploy of the default sequence waits for the other end, with processes under supervisord: counted, not timed. */
let post: Project;

beforeAll(async () => {
  post = await makeProject('test/e2e/post');
  await post.must('lock');
  await post.must('build');
});
afterAll(() => post[Symbol.asyncDispose]());

it('a deploy waits six times at most, the hello included: the first, and one where only the config changed', async () => {
  const trips = async (): Promise<number> => {
    const run = await post.must('deploy', 'here', '--json', '--timings');
    const { connections } = readTimings(jsonLinesOf(run).find(({ event }) => event === 'timings'));
    return connections.reduce((sum, { whole }) => sum + (whole.trips ?? 0), 0);
  };
  expect(await trips()).toBeLessThanOrEqual(6);
  await post.configure((ini) => ini.replace('[node here]', '[node here]\ngreeting = hello'));
  expect(await trips()).toBeLessThanOrEqual(6);
});
