import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { whenFault } from '../../src/config/cron-when.ts';

/** The node's half is held to the same list: agent/tests/servers/test_cron.py. */
const file = new URL('../../agent/tests/servers/when.json', import.meta.url);
const cases = z.object({ good: z.array(z.string()), bad: z.array(z.string()) });
const { good, bad } = cases.parse(JSON.parse(readFileSync(file, 'utf8')));

test.each(good)('cron takes %j', (when) => expect(whenFault(when)).toBeUndefined());
test.each(bad)('cron would pass over %j', (when) => expect(whenFault(when)).toBeTruthy());
