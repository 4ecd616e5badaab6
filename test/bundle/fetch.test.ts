import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sha256 } from '../../src/bundle/digest.ts';
import { authorizationFor } from '../../src/bundle/fetch/authorization.ts';
import { fetchAll, fetchLocked } from '../../src/bundle/fetch/cache.ts';
import { parseNetrc } from '../../src/bundle/fetch/netrc.ts';
import type { LockedFile } from '../../src/bundle/lock/pylock.ts';

let folder: string;
let server: ReturnType<typeof createServer>;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let asked: number;
let fetched: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'conc-fetch-'));
  [asked, fetched] = [0, []];
  server = createServer((request, response) => {
    asked += 1;
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

const content = 'the content of a wheel';
function locked(change: Partial<LockedFile> = {}): LockedFile {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    file: 'six-1.whl',
    from: { url: `http://127.0.0.1:${port}/files/six-1.whl` },
    sha256: sha256(content),
    size: null,
    ...change,
  };
}
const cache = (env: NodeJS.ProcessEnv = {}): Parameters<typeof fetchLocked>[0] => ({
  ...{ folder, env: { HOME: folder, ...env }, transport: fetch },
  onFetch: ({ file }) => void fetched.push(file),
});

test('a file is fetched once, and kept by its digest', async () => {
  answer = (_request, response) => void response.end(content);
  const path = await fetchLocked(cache(), locked());
  expect(path).toBe(join(folder, '.conc', 'cache', sha256(content), 'six-1.whl'));
  expect(await readFile(path, 'utf8')).toBe(content);
  expect(await fetchAll(cache(), [locked(), locked()])).toEqual([path, path]);
  expect([asked, fetched]).toEqual([1, ['six-1.whl']]);
  expect(await readFile(join(folder, '.conc', '.gitignore'), 'utf8')).toBe('*\n');
  await writeFile(path, 'damaged');
  expect(await readFile(await fetchLocked(cache(), locked()), 'utf8')).toBe(content);
});

test('what passes is tried again', async () => {
  answer = (_request, response) => {
    if (asked === 1) response.writeHead(503).end();
    else if (asked === 2) response.destroy();
    else response.end(content);
  };
  await fetchLocked(cache(), locked());
  expect(asked).toBe(3);
});

test('what stays is told at once', async () => {
  answer = (_request, response) => void response.writeHead(404, 'Not Found').end();
  await expect(fetchLocked(cache(), locked())).rejects.toMatchObject({
    code: 'fetch.failed',
    exit: 2,
    message: expect.stringContaining('404 Not Found'),
  });
  expect(asked).toBe(1);
});

test('another content than was locked is refused, and not kept', async () => {
  answer = (_request, response) => void response.end('something else');
  await expect(fetchLocked(cache(), locked())).rejects.toMatchObject({
    code: 'fetch.mismatch',
    evidence: [`locked:  sha256 ${sha256(content)}`, `arrived: sha256 ${sha256('something else')}`],
  });
  expect(await readdir(join(folder, '.conc', 'cache', sha256(content)))).toEqual([]);
});

test('a private index gets what netrc says', async () => {
  await writeFile(join(folder, '.netrc'), '# mine\nmachine 127.0.0.1\n  login me\n  password "s3 cret"\n');
  answer = ({ headers }, response) => {
    const expected = `Basic ${Buffer.from('me:s3 cret').toString('base64')}`;
    if (headers.authorization === expected) response.end(content);
    else response.writeHead(401, 'Unauthorized').end();
  };
  await fetchLocked(cache(), locked());
  expect(parseNetrc('machine a login x password y\ndefault login z password w')).toEqual([
    { machine: 'a', login: 'x', password: 'y' },
    { machine: null, login: 'z', password: 'w' },
  ]);
  await writeFile(join(folder, 'other'), 'default login z password w');
  const env = { NETRC: join(folder, 'other') };
  expect(await authorizationFor(new URL('https://pypi.example.org/x'), { folder, env })).toBe(
    `Basic ${Buffer.from('z:w').toString('base64')}`,
  );
  expect(await authorizationFor(new URL('http://pypi.example.org/x'), { folder, env })).toBeNull();
});

test('a file in the repository is read from there, and only from there', async () => {
  await writeFile(join(folder, 'six-1.whl'), content);
  expect(await fetchLocked(cache(), locked({ from: { path: './six-1.whl' } }))).toBe(join(folder, 'six-1.whl'));
  for (const path of ['/etc/passwd', '../six-1.whl', 'a/../../six-1.whl']) {
    await expect(fetchLocked(cache(), locked({ from: { path } }))).rejects.toMatchObject({ code: 'lock.outside' });
  }
  await expect(fetchLocked(cache(), locked({ from: { path: 'absent.whl' } }))).rejects.toMatchObject({
    code: 'fetch.mismatch',
  });
});
