import { execFile } from 'node:child_process';

/** Runs a program to its end and gives its stdout; rejects, with all that it said, when it fails. */
export async function run(argv: readonly [string, ...string[]], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const [program, ...args] = argv;
  return new Promise((resolve, reject) => {
    execFile(program, args, { env: { ...process.env, ...env }, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${argv.join(' ')}: ${error.message}\n${stdout}\n${stderr}`, { cause: error }));
    });
  });
}
