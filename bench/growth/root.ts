import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Controller, controllerAt, embedded, PLAIN } from '../ground/controller.ts';
import type { Ground } from '../ground/ground.ts';
import { seconds } from '../measure/command.ts';

/** A root on tmpfs without ssh in between: what grows is conc's own. */
export interface GrowingRoot {
  readonly root: string;
  readonly controller: Controller;
  /** Seconds of a deploy. */
  readonly deploy: (bundle: string) => Promise<number>;
}

export async function growingRoot(ground: Ground, name: string, more: readonly string[] = []): Promise<GrowingRoot> {
  const cwd = join(ground.places.tmpfs, name);
  await rm(cwd, { recursive: true, force: true });
  const root = join(cwd, 'root');
  const controller = await controllerAt(cwd, ground.conc, [...PLAIN, ...embedded(root), ...more]);
  const deploy = (bundle: string): Promise<number> =>
    seconds(() => controller.conc(['deploy', 'here', '--quiet', '--bundle', bundle]));
  return { root, controller, deploy };
}
