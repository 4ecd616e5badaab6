import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { missingOptional } from '../../scripts/complete-lock.mjs';

const entrySchema = z.object({
  version: z.string().exactOptional(),
  dev: z.boolean().exactOptional(),
  optional: z.boolean().exactOptional(),
  optionalDependencies: z.record(z.string(), z.string()).exactOptional(),
  hasInstallScript: z.boolean().exactOptional(),
});
const packages = z
  .object({ packages: z.record(z.string(), entrySchema) })
  .parse(JSON.parse(readFileSync('package-lock.json', 'utf8'))).packages;

describe('package-lock.json', () => {
  it('names the packages of every platform: else npm ci refuses it (mend it by scripts/complete-lock.mjs)', () => {
    expect(missingOptional(packages)).toEqual({});
  });

  it('names no registry', () => {
    expect(readFileSync('package-lock.json', 'utf8')).not.toMatch(/"resolved"|https?:\/\/[^"]*\.tgz/);
  });

  it('runs install scripts only of packages that package.json allows', () => {
    const { allowScripts } = z
      .object({ allowScripts: z.record(z.string(), z.boolean()) })
      .parse(JSON.parse(readFileSync('package.json', 'utf8')));
    const scripts = Object.entries(packages).filter(
      ([, entry]) => entry.hasInstallScript === true && entry.optional !== true,
    );
    expect(scripts.map(([place]) => place.replace('node_modules/', ''))).toEqual(Object.keys(allowScripts));
  });
});

describe('a package that a registry mirror lacks', () => {
  const lock = (name: string) => ({
    'node_modules/tool': { version: '1.0.0', dev: true, optionalDependencies: { [name]: '1.0.0' } },
  });

  it('is put back with its version and platform', () => {
    expect(missingOptional(lock('@tool/cli-linux-x64-musl'))).toEqual({
      'node_modules/@tool/cli-linux-x64-musl': {
        version: '1.0.0',
        dev: true,
        optional: true,
        cpu: ['x64'],
        libc: ['musl'],
        os: ['linux'],
      },
    });
  });

  it('is left alone where it is there', () => {
    const there = { ...lock('tool-darwin-arm64'), 'node_modules/tool-darwin-arm64': { version: '1.0.0' } };
    expect(missingOptional(there)).toEqual({});
  });

  it('is an error where its name tells no platform', () => {
    expect(() => missingOptional(lock('tool-extras'))).toThrow('tells no platform');
  });
});
