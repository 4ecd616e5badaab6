import { expect, it } from 'vitest';
import { keepSchemasPlain } from '../../src/cli/plain-schemas.ts';

it('reaches zod, which is loaded later', async () => {
  keepSchemasPlain();
  const { z } = await import('zod');
  expect(z.config().jitless).toBe(true);
});
