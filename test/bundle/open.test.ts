import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { gather } from '../../src/bundle/build/gather.ts';
import { writeBundle } from '../../src/bundle/build/write-bundle.ts';
import { canonicalText, digestOf } from '../../src/bundle/digest.ts';
import { noChoice } from '../../src/bundle/lock/choice.ts';
import { bundlesFolder, newestBundle } from '../../src/bundle/newest.ts';
import { openBundle } from '../../src/bundle/open.ts';
import { inputsDigest, readSource } from '../../src/bundle/source.ts';
import { targetOf } from '../../src/bundle/targets.ts';
import type { Manifest, Provenance } from '../../src/bundle/types.ts';
import { defaultSequence } from '../../src/sequence/default.ts';
import { factsOf } from './support/python.ts';
import { soundWheel, writeZip } from './support/wheel.ts';

let folder: string;
let file: string;
const target = targetOf(await factsOf('python3'), 'here');

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'conc-open-'));
  file = join(folder, 'shop.bundle');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

interface Change {
  readonly app?: string;
  readonly built?: string;
  readonly inputs?: string;
}

/** A small but whole bundle: one wheel, as application and as a tool. */
async function write(
  to: string,
  { app = 'shop', built = '2026-01-01T00:00:00.000Z', inputs = '0'.repeat(64) }: Change = {},
): Promise<Manifest> {
  const path = join(folder, 'demo-1.0-py3-none-any.whl');
  await writeZip(path, soundWheel());
  const wheels = await gather([{ path, targets: [target], role: 'application', origin: 'project' }], [target]);
  const entries = wheels.map(({ entry }) => entry);
  const manifest: Manifest = {
    format: 1,
    app,
    version: '1.0',
    targets: [{ ...target, nodes: [] }],
    wheels: entries,
    sequence: defaultSequence,
    lock: '0'.repeat(64),
  };
  const provenance: Provenance = {
    commit: null,
    dirty: false,
    builder: 'me',
    host: 'here',
    built,
    conc: '0.0.0',
    inputs,
  };
  const tools = [{ name: 'supervisor' as const, version: '4.3.0', wheels: entries }];
  await writeBundle(to, {
    manifest,
    provenance,
    tools,
    locks: { 'pylock.toml': 'lock' },
    devops: null,
    tests: null,
    etc: new Map(),
    wheels,
    toolWheels: wheels,
  });
  return manifest;
}

/** Replaces text in the bundle; of the same length, so that the archive stays whole. */
async function tamper(before: string, after: string): Promise<void> {
  const bytes = await readFile(file, 'latin1');
  expect(bytes).toContain(before);
  expect(after.length).toBe(before.length);
  await writeFile(file, bytes.replaceAll(before, after), 'latin1');
}

describe('openBundle', () => {
  test('gives what was written, under any name', async () => {
    const manifest = await write(file);
    const bundle = await openBundle(file);
    expect(bundle).toMatchObject({
      path: file,
      id: digestOf(manifest),
      manifest,
      tools: [{ wheels: manifest.wheels }],
    });
    const [wheel] = bundle.manifest.wheels;
    if (wheel === undefined) throw new Error('no wheel');
    expect((await bundle.contents(wheel)).map(({ path }) => path)).toContain('demo/__init__.py');
    expect(await buffer(Readable.from(await bundle.open(wheel)))).toEqual(await readFile(join(folder, wheel.file)));
    await bundle.close();
  });

  test('a changed wheel, or list of its files, is found out when it is read', async () => {
    const manifest = await write(file);
    const [wheel] = manifest.wheels;
    if (wheel === undefined) throw new Error('no wheel');
    await tamper('"path":"demo/__init__.py"', '"path":"demo/__evil__.py"');
    const bytes = await readFile(join(folder, wheel.file), 'latin1');
    await tamper(bytes.slice(40, 60), 'x'.repeat(20));
    const bundle = await openBundle(file);
    await expect(bundle.contents(wheel)).rejects.toMatchObject({ code: 'bundle.damaged', exit: 2 });
    await expect(buffer(Readable.from(await bundle.open(wheel)))).rejects.toMatchObject({ code: 'bundle.damaged' });
    await bundle.close();
  });

  test('a changed manifest is another bundle', async () => {
    const manifest = await write(file);
    await tamper('"app":"shop"', '"app":"shoq"');
    const bundle = await openBundle(file);
    expect(bundle.manifest.app).toBe('shoq');
    expect(bundle.id).not.toBe(digestOf(manifest));
    await bundle.close();
  });

  test.each([
    ['an unknown format', '"format":1', '"format":2', /format/],
    ['a file name that is a path', '"file":"demo-1.0', '"file":"../o-1.0', /file/],
    ['a key that nobody knows', '"role":', '"rolf":', /role|rolf/],
    ['a role that is none', '"application"', '"applicatiox"', /role/],
    [
      'a target that it lacks',
      `"targets":["${target.name}"]`,
      `"targets":["x${target.name.slice(1)}"]`,
      /a target of demo/,
    ],
    ['an unknown job', '"name":"preflight"', '"name":"preflighx"', /sequence/],
  ])('%s', async (_name, before, after, words) => {
    await write(file);
    await tamper(before, after);
    await expect(openBundle(file)).rejects.toMatchObject({
      code: 'bundle.invalid',
      message: expect.stringMatching(words),
      exit: 2,
    });
  });

  test('a bundle that lacks a part, or is none', async () => {
    await writeZip(file, [{ name: 'manifest.json', text: canonicalText({ format: 1 }) }]);
    await expect(openBundle(file)).rejects.toMatchObject({ code: 'bundle.invalid' });
    await writeZip(file, [{ name: 'x', text: '' }]);
    await expect(openBundle(file)).rejects.toMatchObject({
      code: 'bundle.invalid',
      message: expect.stringContaining('manifest.json'),
    });
    await writeFile(file, 'no archive');
    await expect(openBundle(file)).rejects.toMatchObject({ code: 'archive.unreadable' });
    await expect(openBundle(join(folder, 'absent'))).rejects.toMatchObject({ code: 'archive.unreadable' });
  });
});

test('newestBundle: of this application, of what is here, built last', async () => {
  const project = join(folder, 'project');
  const wanted = { app: 'shop', lock: noChoice, jobs: null };
  await mkdir(project);
  await writeFile(join(project, 'a.py'), 'x = 1\n');
  await expect(newestBundle(project, wanted)).rejects.toMatchObject({ code: 'bundle.none', exit: 2 });
  const inputs = await inputsDigest(await readSource(project), noChoice);
  const at = (name: string): string => join(bundlesFolder(project), name);
  await write(at('shop-old.bundle'), { inputs, built: '2026-01-01T00:00:00.000Z' });
  await write(at('shop-new.bundle'), { inputs, built: '2026-02-01T00:00:00.000Z' });
  await write(at('shop-other.bundle'), { inputs: 'f'.repeat(64), built: '2026-03-01T00:00:00.000Z' });
  await write(at('blog.bundle'), { app: 'blog', inputs, built: '2026-04-01T00:00:00.000Z' });
  await writeFile(at('broken.bundle'), 'no archive');
  // Times of files say nothing: copies have new ones.
  await utimes(at('shop-old.bundle'), new Date(), new Date());
  const newest = await newestBundle(project, wanted);
  expect(newest.path).toBe(at('shop-new.bundle'));
  await newest.close();
  await writeFile(join(project, 'a.py'), 'x = 2\n');
  await expect(newestBundle(project, wanted)).rejects.toMatchObject({
    code: 'bundle.stale',
    exit: 2,
    hint: expect.stringContaining('conc build'),
  });
});
