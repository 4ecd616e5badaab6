import { spawn } from 'node:child_process';

export interface Check {
  readonly name: string;
  /** Run in the clone's folder; exit 0 is well. */
  readonly argv: readonly [string, ...string[]];
}

/** Runs one check after the other, all of them: a line for each with its time, and what a failed one said. Returns how many failed. */
export async function runChecks(checks: readonly Check[]): Promise<number> {
  const width = Math.max(...checks.map(({ name }) => name.length));
  let failed = 0;
  for (const { name, argv } of checks) {
    const started = performance.now();
    const { code, output } = await run(argv);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`${name.padEnd(width)}  ${code === 0 ? 'OK    ' : 'FAILED'} ${seconds.padStart(5)} s`);
    if (code === 0) continue;
    failed += 1;
    console.log(output.trimEnd().replace(/^/gm, '    '));
  }
  return failed;
}

async function run([program, ...args]: Check['argv']): Promise<{ code: number; output: string }> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  const code = await new Promise<number>((resolve) => {
    child.on('error', (error) => {
      chunks.push(Buffer.from(`${program}: ${error.message}\n`));
      resolve(127);
    });
    child.on('close', (exit) => resolve(exit ?? 1));
  });
  return { code, output: Buffer.concat(chunks).toString('utf8') };
}
