import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { conc } from '../support/conc.ts';

let home = '';
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'conc-cache-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

const helpWith = (env: Record<string, string | undefined>) =>
  conc(['show', '--help'], { env: { NODE_COMPILE_CACHE: undefined, ...env } });
const folder = (): string => join(home, 'conc', 'compiled');

describe('compiled code that is kept between starts', () => {
  it("lies in the user's cache folder, for this user alone", async () => {
    expect(await helpWith({ XDG_CACHE_HOME: home })).toMatchObject({ code: 0, stderr: '' });
    expect((await stat(folder())).mode & 0o777).toBe(0o700);
    expect(await readdir(folder(), { recursive: true })).not.toEqual([]);
  });

  it('is below HOME where nothing else is said', async () => {
    expect(await helpWith({ XDG_CACHE_HOME: undefined, HOME: home })).toMatchObject({ code: 0, stderr: '' });
    expect(await readdir(join(home, '.cache', 'conc', 'compiled'))).not.toEqual([]);
  });

  it('is not kept where others could write to it', async () => {
    await mkdir(folder(), { recursive: true });
    await chmod(folder(), 0o777);
    expect(await helpWith({ XDG_CACHE_HOME: home })).toMatchObject({ code: 0, stderr: '' });
    expect(await readdir(folder())).toEqual([]);
  });

  it('is done without where there can be no folder', async () => {
    await writeFile(join(home, 'conc'), 'a file is in the way');
    expect(await helpWith({ XDG_CACHE_HOME: home })).toMatchObject({ code: 0, stderr: '' });
  });
});
