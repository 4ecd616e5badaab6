import { connectionKeys } from './schema/connection.ts';
import { cronKeys } from './schema/cron.ts';
import { etcKeys } from './schema/etc.ts';
import { healthKeys } from './schema/health.ts';
import { jobKeys } from './schema/jobs.ts';
import { lockKeys } from './schema/lock.ts';
import { nodeKeys } from './schema/node.ts';
import { processKeys } from './schema/process.ts';
import { serverKeys } from './schema/servers.ts';
import { staticKeys } from './schema/static.ts';
import { testKeys } from './schema/tests.ts';
import { wheelKeys } from './schema/wheels.ts';
import type { KeySpec } from './types.ts';

/**
 * Every key of conc's own, a file for each chapter: defaults, checks, suggestions, the choice of what is a release's
 * identity, and the reference page are made from this table alone. In `process.NAME.…` and `cron.NAME.…` NAME stands for any name.
 */
export const schema: readonly KeySpec[] = [
  ...nodeKeys,
  ...connectionKeys,
  ...processKeys,
  ...etcKeys,
  ...serverKeys,
  ...cronKeys,
  ...healthKeys,
  ...staticKeys,
  ...wheelKeys,
  ...lockKeys,
  ...jobKeys,
  ...testKeys,
];
