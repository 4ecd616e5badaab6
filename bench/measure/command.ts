import { execFile } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { z } from 'zod';

const run = promisify(execFile);
const failedSchema = z.object({ stdout: z.string(), stderr: z.string() });

/** Aborted when the run is to end: what runs then is ended, and nothing else is begun but what leaves the machine as it was. */
export const stop = new AbortController();

export interface CommandOptions {
  /** Also when the run is to end: it tidies up. */
  readonly always?: boolean;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Runs a program to its end; its stdout. Any other exit than 0 is an error with the last of what it said. */
export async function command(argv: readonly string[], options: CommandOptions = {}): Promise<string> {
  const [program = '', ...args] = argv;
  const { cwd, env, always = false } = options;
  try {
    const { stdout } = await run(program, args, {
      ...{ cwd, maxBuffer: 2 ** 28, ...(always ? {} : { signal: stop.signal }) },
      env: { ...process.env, NO_COLOR: '1', ...env },
    });
    return stdout;
  } catch (error) {
    const said = failedSchema.safeParse(error).data;
    const last = `${said?.stdout ?? ''}${said?.stderr ?? ''}`.split('\n').slice(-40).join('\n');
    throw new Error(`${argv.join(' ').slice(0, 400)}\n${last}`, { cause: error });
  }
}

/** Wall time of the work, in seconds. */
export async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}
