import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Came {
  readonly code: number | null;
  /** stdout and stderr, as a terminal shows them. */
  readonly text: string;
}

/** Someone who follows pages at a shell: the folder that `cd` went to, and the last exit code, are kept between commands. */
export class Reader implements AsyncDisposable {
  #folder: string;
  #code = 0;
  readonly #place: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #started: number[] = [];

  constructor(place: string, env: NodeJS.ProcessEnv) {
    this.#place = place;
    this.#folder = place;
    this.#env = env;
  }

  async writes(path: string, text: string): Promise<void> {
    const file = join(this.#folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }

  async types(command: string): Promise<Came> {
    const [folder, output] = [join(this.#place, '.folder'), join(this.#place, '.output')];
    const code = await this.#run(`trap 'pwd > ${folder}' EXIT\n(exit ${this.#code})\n${command}\n`, output);
    this.#folder = (await readFile(folder, 'utf8')).trimEnd();
    this.#code = code ?? 1;
    return { code, text: await readFile(output, 'utf8') };
  }

  /** Into a file: what a command leaves running would hold a pipe open. */
  async #run(script: string, output: string): Promise<number | null> {
    await using file = await open(output, 'w');
    return await new Promise((resolve, reject) => {
      const child = spawn('bash', ['-c', script], {
        cwd: this.#folder,
        env: this.#env,
        stdio: ['ignore', file.fd, file.fd],
        detached: true,
      });
      if (child.pid !== undefined) this.#started.push(child.pid);
      child.on('error', reject);
      child.on('exit', resolve);
    });
  }

  /** Ends what pages left running, which is nothing where they are right, and removes the folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    const files = await readdir(this.#place, { recursive: true });
    const daemons = files.filter((file) => file.endsWith('.pid')).map((file) => join(this.#place, file));
    const pids = await Promise.all(daemons.map(async (file) => Number(await readFile(file, 'utf8').catch(() => '0'))));
    for (const pid of [...pids.filter((one) => one > 1), ...this.#started.map((group) => -group)]) end(pid);
    for (const pid of pids)
      for (let tries = 0; tries < 100 && existsSync(`/proc/${pid}/fd`); tries += 1) await sleep(50);
    await rm(this.#place, { recursive: true, force: true });
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGTERM');
  } catch {
    // It ended by itself.
  }
}
