import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Runs a program to its end and gives its stdout; rejects, with what it said, when it fails. */
export async function run(argv: readonly [string, ...string[]], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const [program, ...args] = argv;
  const { stdout } = await execute(program, args, { env: { ...process.env, ...env }, maxBuffer: 64 << 20 });
  return stdout;
}
