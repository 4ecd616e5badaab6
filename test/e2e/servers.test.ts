import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { clientsOf } from './clients.ts';
import { makeProject, type Project } from './project.ts';

/** Servers from PyPI, each on a socket that the service manager holds: a restart under clients. */
const servers = ['gunicorn', 'gunicorn_asgi', 'uvicorn', 'hypercorn', 'daphne', 'waitress'];

/**
 * When it is told to end, daphne lets go of the requests that it is answering, uvicorn (`H11Protocol.shutdown`) and hypercorn
 * (`TCPServer._idle_timeout`) of connections that they have accepted and not yet read from, waitress of answers that it has not yet
 * sent. Nobody is refused, with them either.
 */
const LETS_GO: readonly string[] = ['uvicorn', 'hypercorn', 'daphne', 'waitress'];

let desk: Project;
const ports = new Map<string, number>();

beforeAll(async () => {
  desk = await makeProject('test/e2e/desk');
  for (const server of servers) ports.set(server, await freePort());
  await desk.configure((ini) =>
    ini.replace(/(process\.(\w+)\.listen = 127\.0\.0\.1:)\d+/g, (_, before, server) => `${before}${ports.get(server)}`),
  );
  await desk.must('lock');
  await desk.must('build');
  await desk.must('deploy', 'here');
});
afterAll(() => desk[Symbol.asyncDispose]());

const url = (server: string): string => `http://127.0.0.1:${ports.get(server)}/`;
const answering = (): Promise<string[]> =>
  Promise.all(servers.map(async (server) => (await fetch(url(server))).text()));

describe('the kinds of servers', () => {
  it('serve on the socket that they are handed', async () => {
    const releases = new Set(await answering());
    expect([...releases]).toEqual([expect.stringMatching(/^r1-/)]);
  });

  it('are restarted under clients without a failed request', async () => {
    await desk.configure((ini) => ini.replace('health.url', 'colour = red\nhealth.url'));
    const loops = servers.map((server) => ({ server, clients: clientsOf(url(server), 2) }));
    try {
      await desk.must('deploy', 'here');
    } finally {
      for (const { clients } of loops) await clients.stop();
    }
    for (const { server, clients } of loops) {
      const { answered, failed } = await clients.stop();
      expect(answered).toBeGreaterThan(10);
      const wanted = LETS_GO.includes(server) ? failed.filter((why) => /hang up|ECONNRESET/.test(why)) : [];
      expect({ server, failed }).toEqual({ server, failed: wanted });
    }
    expect([...new Set(await answering())]).toEqual([expect.stringMatching(/^r2-/)]);
  });
});
