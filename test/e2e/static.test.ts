import { appendFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonLinesOf } from '../support/conc.ts';
import { makeProject, type Project, releaseOn } from './project.ts';

/** Django with names that carry a hash: whatever page is open, and whatever is going on, what it names is there. */
let shop: Project;
let shelf: string;

const MANIFEST = `
STATIC_ROOT = os.environ.get("CONC_STATIC", "var/static")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}
`;

beforeAll(async () => {
  shop = await makeProject();
  shelf = join(shop.folder, '.conc/nodes/here/shared/static');
  await hashed();
  await shop.configure((ini) =>
    ini.replace(
      'health.url',
      'static.command = python -m django collectstatic --noinput --settings shop.settings\nhealth.url',
    ),
  );
  await shop.must('lock');
  await shop.must('build');
});
afterAll(() => shop[Symbol.asyncDispose]());

const hashed = (): Promise<void> => appendFile(join(shop.folder, 'src/shop/settings.py'), MANIFEST);

/** The front page's release, and the static files that it names. */
async function page(): Promise<{ version: string; names: string[] }> {
  const html = await (await fetch(`http://127.0.0.1:${shop.port}/`)).text();
  const names = [...html.matchAll(/(?:href|src)="\/static\/([^"?]+)[^"]*"/g)].flatMap(([, name]) => name ?? []);
  return { version: releaseOn(html).version, names };
}
const missing = async (names: readonly string[]): Promise<string[]> => {
  const there = await Promise.all(names.map((name) => stat(join(shelf, name)).then(Boolean, () => false)));
  return names.filter((_, at) => there[at] !== true);
};

/** What was missing of any page that came while conc worked. */
async function meanwhile(work: Promise<unknown>): Promise<{ pages: number; holes: string[] }> {
  let over = false;
  const ended = work.finally(() => {
    over = true;
  });
  let pages = 0;
  const holes: string[] = [];
  while (!over) {
    holes.push(...(await missing((await page()).names)));
    pages += 1;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await ended;
  return { pages, holes };
}

describe('static files', () => {
  let first: string[];

  it('are collected before the switch, by Django, and put where a web server takes them', async () => {
    expect((await shop.must('plan', 'here')).stdout).toContain('runs python -m django collectstatic');
    const lines = jsonLinesOf(await shop.must('deploy', 'here', '--json'));
    const told = lines.find(({ event, job }) => event === 'done' && job === 'static');
    expect(told).toMatchObject({ status: 'OK', text: expect.stringMatching(/^\d+ files, \d+ new in shared\/static$/) });
    first = (await page()).names;
    expect(first).toEqual(expect.arrayContaining([expect.stringMatching(/^shop\/shop\.[0-9a-f]{12}\.css$/)]));
    expect(await missing(first)).toEqual([]);
  });

  it('are there for every page through a deploy and a rollback, and for those that are still open', async () => {
    await shop.becomes('2');
    // A style that differs, so that its name does.
    await appendFile(join(shop.folder, 'src/shop/static/shop/shop.css'), '\nbody { color: darkgreen }\n');
    await shop.must('build');
    const there = await meanwhile(shop.must('deploy', 'here'));
    expect(there.holes).toEqual([]);
    expect(there.pages).toBeGreaterThan(5);
    const second = await page();
    expect(second.version).toBe('2.0.0');
    expect(second.names).not.toEqual(first);
    expect(await missing([...first, ...second.names])).toEqual([]);

    const back = await meanwhile(shop.must('rollback', 'here'));
    expect(back.holes).toEqual([]);
    expect((await page()).names).toEqual(first);
    expect(await missing([...first, ...second.names])).toEqual([]);
  });

  it('are found where someone changes them', async () => {
    expect((await shop.must('check', 'here', '--drift')).stdout).not.toContain('static');
    const [name = ''] = first;
    await appendFile(join(shop.folder, '.conc/nodes/here/current/static', name), '/* mine */');
    const { code, stdout } = await shop.conc(['check', 'here', '--drift']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringContaining(`static/${name}`) });
  });
});
