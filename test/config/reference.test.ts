import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { page, renderReference } from '../../scripts/reference.ts';
import { schema } from '../../src/config/schema.ts';

test('the reference page is what scripts/reference.ts makes of the schema', () => {
  expect(readFileSync(page, 'utf8')).toBe(renderReference());
});

test('every key of the schema has its own entry', () => {
  const entries = [...renderReference().matchAll(/^### `(.*)`$/gm)].map((match) => match[1]);
  expect(entries).toHaveLength(schema.length);
  expect(new Set(entries)).toEqual(new Set(schema.map(({ key }) => key)));
});
