import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

describe('the Python side', () => {
  it('has an __init__.py beside every test: unittest passes by folders that have none', () => {
    const folders = new Set(globSync('{agent,concops}/tests/**/test_*.py').map((file) => dirname(file)));
    expect(folders.size).toBeGreaterThan(1);
    const markers = new Set(globSync('{agent,concops}/tests/**/__init__.py'));
    expect([...folders].filter((folder) => !markers.has(join(folder, '__init__.py')))).toEqual([]);
  });

  it('has the version of the npm package', () => {
    const version = /"version": "([^"]+)"/.exec(readFileSync('package.json', 'utf8'))?.[1];
    expect(readFileSync('concops/pyproject.toml', 'utf8')).toContain(`version = "${version}"`);
  });
});
