import { globSync, mkdirSync, mkdtempSync, symlinkSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { firstFault } from './follow.ts';
import { stepsOf } from './page.ts';
import { Reader } from './reader.ts';

/** In the order in which they are followed: each goes on where the one before it ended. */
const PAGES = [
  'getting-started.md',
  'how-to/step-by-step.md',
  'how-to/timings.md',
  'how-to/etc-tree.md',
  'testing.md',
  'how-to/compiled-dependencies.md',
  'how-to/several-targets.md',
  'how-to/vendoring.md',
  'how-to/private-index.md',
  'how-to/scripts.md',
  'how-to/halt-and-continue.md',
  'how-to/secrets.md',
  'how-to/processes.md',
  'how-to/static.md',
];
/** Followed by test/package, which has something to install. */
const ELSEWHERE = ['install.md', 'devops.md'];

const house = process.cwd();
let reader: Reader;
let ports: ReadonlyMap<string, string>;

beforeAll(async () => {
  const place = mkdtempSync(join(tmpdir(), 'conc-docs-'));
  const bin = join(place, '.bin');
  mkdirSync(bin);
  symlinkSync(join(house, 'scripts/conc'), join(bin, 'conc'));
  // sshd as root wants its empty directory, which a service manager makes on other days.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  reader = new Reader(place, {
    PATH: [bin, process.env.PATH, '/usr/sbin', join(house, '.tools/venv/bin')].join(delimiter),
    HOME: place,
    USER: process.env.USER ?? 'root',
    LANG: 'C.UTF-8',
    NO_COLOR: '1',
    // conc from its sources is compiled once.
    ...(process.env.NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE }),
    // What was downloaded for another test needs no download here.
    XDG_CACHE_HOME: process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'),
    ...(process.env.SSL_CERT_FILE === undefined ? {} : { SSL_CERT_FILE: process.env.SSL_CERT_FILE }),
  });
  // Someone may have a server on the ports that the pages name.
  const named = ['8000', '8001', '8002', '2222'];
  ports = new Map(await Promise.all(named.map(async (port) => [port, String(await freePort())] as const)));
});
afterAll(() => reader[Symbol.asyncDispose]());

const ported = (text: string): string =>
  text.replaceAll(/\b(?:8000|8001|8002|2222)\b/g, (port) => ports.get(port) ?? port);

describe('the pages of docs/, followed', () => {
  it('are all of those that ask a reader to do something', () => {
    const asking = globSync('**/*.md', { cwd: 'docs' }).filter((page) => stepsOf(join('docs', page)).length > 0);
    expect(asking.sort()).toEqual([...PAGES, ...ELSEWHERE].sort());
  });

  it.each(PAGES)('%s', async (page) => {
    expect(await firstFault(reader, page, ported)).toBe(null);
  });
});
