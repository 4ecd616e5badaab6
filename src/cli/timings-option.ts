import { type FileHandle, open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { ConcError } from '../errors/conc-error.ts';
import type { Emit } from '../report/events.ts';
import type { TimingsRecorder } from '../timings/timings.ts';
import type { CliContext, CommonOptions } from './context.ts';
import { version } from './version.ts';

/** For every command that connects to nodes. */
export interface TimingsOptions extends CommonOptions {
  readonly timings?: boolean;
  readonly trace?: string;
}

/** `--timings` and `--trace FILE`. */
export const timingsOptions = (command: Command): Command =>
  command
    .addOption(new Option('--timings', 'where the time went, in the end: each job and phase, on both ends'))
    .addOption(
      new Option('--trace <file>', 'the same as a trace, for a browser to show: ui.perfetto.dev, or chrome://tracing'),
    );

/** What a command's time went to, if somebody wants to know. */
export interface TimingsWish {
  /** For `withNode` and changes; undefined: nothing is measured. */
  readonly observe: TimingsRecorder['connection'] | undefined;
  /** With `--timings`: tells it, up to now. */
  readonly tell: (emit: Emit) => void;
  /** With `--trace`: writes it, up to now. */
  readonly write: () => Promise<void>;
}

/** Makes the trace's file at once: that it can't be written is known before anything is changed. */
export async function timingsWish({ timings, trace }: TimingsOptions, { cwd }: CliContext): Promise<TimingsWish> {
  if (timings !== true && trace === undefined) return { observe: undefined, tell: () => {}, write: async () => {} };
  // Few ask for it: loaded for them alone.
  const [{ TimingsRecorder }, { traceOf }] = await Promise.all([
    import('../timings/timings.ts'),
    import('../timings/trace.ts'),
  ]);
  const recorder = new TimingsRecorder(clock, clock.now() - performance.now() / 1000);
  const file = trace === undefined ? undefined : await openTrace(resolve(cwd, trace));
  return {
    observe: recorder.connection,
    tell: (emit) => {
      if (timings === true) emit({ time: new Date().toISOString(), event: 'timings', timings: recorder.timings() });
    },
    write: async () => {
      await file?.writeFile(JSON.stringify(traceOf(recorder.timings(), version())));
      await file?.close();
    },
  };
}

const clock = {
  now: () => Number(process.hrtime.bigint()) / 1e9,
  cpu: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  },
};

async function openTrace(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'w');
  } catch (cause) {
    throw new ConcError({
      code: 'timings.trace-not-written',
      message: `the trace can't be written: ${cause instanceof Error ? cause.message : String(cause)}`,
      state: 'nothing was changed',
      hint: 'name a file in a folder that is there: --trace FILE',
      exit: 2,
      cause,
    });
  }
}
