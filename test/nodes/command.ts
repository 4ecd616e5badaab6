import { spawn } from 'node:child_process';

export interface CommandResult {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  /** Written to stdin, which is then closed. */
  readonly input?: string;
  /** False: an exit code other than 0 is a result, not an error. */
  readonly check?: boolean;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Runs a program to its end and gives what it printed. A signal counts as exit code 128 + number, as in a shell. */
export async function command(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const [program = '', ...rest] = argv;
  const child = spawn(program, rest, { stdio: 'pipe', cwd: options.cwd, env: { ...process.env, ...options.env } });
  const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  child.stdout.on('data', (chunk: Buffer) => chunks.stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.stderr.push(chunk));
  // A program that ends without reading its input is no fault of ours.
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  const exit = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(code ?? (signal === 'SIGKILL' ? 137 : 143)));
  });
  const result = {
    exit,
    stdout: Buffer.concat(chunks.stdout).toString(),
    stderr: Buffer.concat(chunks.stderr).toString(),
  };
  if (exit !== 0 && options.check !== false) {
    throw new Error(`${argv.join(' ')} ended with ${exit}\n${result.stdout}${result.stderr}`.trimEnd());
  }
  return result;
}
