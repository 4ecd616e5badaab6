import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export type OracleError = {
  readonly error: string;
  readonly section?: string;
  readonly option?: string;
  readonly reference?: string;
  readonly lineno?: number;
  readonly lines?: readonly number[];
};
export type OracleValues = Readonly<Record<string, { readonly value: string } | OracleError>>;
export type OracleFile = {
  readonly defaults: readonly (readonly [string, string])[];
  readonly sections: readonly (readonly [string, readonly (readonly [string, string])[]])[];
  readonly values: Readonly<Record<string, OracleValues>>;
  readonly nodes: Readonly<Record<string, { readonly values: OracleValues } | OracleError>>;
};

/** One Python that answers what its configparser makes of files, for as long as the tests run. */
export class Oracle {
  readonly version: string;
  readonly #process: ChildProcess;
  readonly #waiting: ((line: string) => void)[] = [];

  constructor({ executable, version }: Python) {
    this.version = version;
    this.#process = spawn(executable, ['-I', join(import.meta.dirname, 'configparser_oracle.py')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    if (!this.#process.stdout) throw new Error('no stdout');
    createInterface({ input: this.#process.stdout }).on('line', (line) => this.#waiting.shift()?.(line));
  }

  file(bytes: Uint8Array): Promise<OracleFile | OracleError> {
    return this.#ask({ file: Buffer.from(bytes).toString('base64') });
  }

  /** `text.lower()`, and whether this Python's Unicode knows all of its characters. */
  lower(text: string): Promise<{ readonly lower: string; readonly assigned: boolean }> {
    return this.#ask({ lower: text });
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.stdin?.end();
    await ended;
  }

  #ask<Answer>(question: object): Promise<Answer> {
    return new Promise((resolve) => {
      this.#waiting.push((line) => resolve(JSON.parse(line)));
      this.#process.stdin?.write(`${JSON.stringify(question)}\n`);
    });
  }
}

interface Python {
  readonly executable: string;
  readonly version: string;
}

/** One Python of each minor version from 3.10 on that this machine has, by way of pyenv or as `python3`. */
export function pythons(): Python[] {
  const root = spawnSync('pyenv', ['root'], { encoding: 'utf8' }).stdout?.trim();
  const listed = spawnSync('pyenv', ['versions', '--bare'], { encoding: 'utf8' }).stdout ?? '';
  const names = listed.split('\n').filter((name) => /^3\.\d+\.\d+$/.test(name));
  const candidates = names.map((name) => join(root ?? '', 'versions', name, 'bin', 'python3'));
  const found = new Map<string, Python>();
  for (const executable of [...candidates.filter((file) => existsSync(file)), 'python3']) {
    const asked = spawnSync(executable, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'], {
      encoding: 'utf8',
    });
    const version = asked.stdout?.trim() ?? '';
    if (Number(version.split('.')[1] ?? 0) >= 10 && !found.has(version)) found.set(version, { executable, version });
  }
  return [...found.values()];
}
