import { copyFile, link, mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Interpreter } from '../interpreters.ts';
import type { Backend } from '../lock/backend.ts';
import { buildEnvironment } from '../lock/build-environment.ts';
import type { TargetSpec } from '../types.ts';

/** Something that becomes a wheel: the project, or an sdist. */
export interface WheelSource {
  /** `shop`, `docopt 0.6.2` */
  readonly what: string;
  /** Of all that goes into it. */
  readonly digest: string;
  /** The text of a lock of build requirements of its own; without: the one that all share. */
  readonly requirements?: string;
  /** Makes the source tree in a folder, with the help of an interpreter of this machine; its path. */
  readonly open: (to: string, python: string) => Promise<string>;
}

/** One build, in a folder of its own. */
export interface BuildJob {
  readonly source: WheelSource;
  /** Paths of the only wheels that may be installed for it. */
  readonly requirements: readonly string[];
  /** An empty folder that is the build's alone. */
  readonly work: string;
  /** Where the wheel goes. */
  readonly to: string;
  /** Of the processes that build. */
  readonly umask: number;
}

/** Who builds: an interpreter of this machine, or one on a `[builder NAME]`. */
export interface WheelBuilder {
  /** How people are told of it: `python3.11`, `builder arm`. */
  readonly shown: string;
  readonly spec: TargetSpec;
  /** ConcError `build.failed`, with the last lines that the build printed. */
  readonly build: (job: BuildJob) => Promise<void>;
}

export interface BuildSettings {
  readonly env: NodeJS.ProcessEnv;
  /** Variables that a person passes on to builds, by name and value. */
  readonly passed: Readonly<Record<string, string>>;
}

/** An interpreter of this machine, by uv or pip. */
export function nearBuilder(
  { command, spec }: Interpreter,
  backend: Backend,
  { env, passed }: BuildSettings,
): WheelBuilder {
  return {
    shown: command,
    spec,
    build: async ({ source, requirements, work, to, umask }) => {
      const [wheels, home] = [join(work, 'requirements'), join(work, 'home')];
      await provide(requirements, wheels);
      await mkdir(home);
      const before = process.umask(umask);
      try {
        const folder = await source.open(join(work, 'source'), command);
        const seen = buildEnvironment(env, { folder, home, passed });
        await backend.build({ folder, what: source.what, python: command, requirements: wheels, to, env: seen });
      } finally {
        process.umask(before);
      }
    },
  };
}

/** A folder with just these wheels, for pip's and uv's `--find-links`. */
async function provide(wheels: readonly string[], folder: string): Promise<void> {
  await mkdir(folder);
  for (const wheel of wheels) {
    await link(wheel, join(folder, basename(wheel))).catch(() => copyFile(wheel, join(folder, basename(wheel))));
  }
}
