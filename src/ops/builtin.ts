import type { BuiltinName } from '../sequence/types.ts';
import { confirm } from './confirm.ts';
import { deliver } from './deliver.ts';
import { env } from './env.ts';
import { etc } from './etc.ts';
import { health } from './health.ts';
import { install } from './install.ts';
import { preflight } from './preflight.ts';
import { prune } from './prune.ts';
import { renew } from './renew.ts';
import { restart } from './restart.ts';
import { staticFiles } from './static.ts';
import { switchCurrent } from './switch.ts';
import { testRelease } from './test-release.ts';
import type { Op } from './types.ts';
import { verify } from './verify.ts';

/** Every built-in op, by its name in a sequence. */
export const builtinOps: Readonly<Record<BuiltinName, Op>> = {
  preflight,
  deliver,
  install,
  verify,
  static: staticFiles,
  test_release: testRelease,
  switch: switchCurrent,
  etc,
  env,
  renew,
  restart,
  health,
  confirm,
  prune,
};
