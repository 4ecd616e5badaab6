import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { readConfig } from '../../../src/config/load.ts';
import { ConfigError } from '../../../src/config/problem.ts';
import type { Config } from '../../../src/config/types.ts';

/** A folder of this test's own. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'conc-config-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A `conc.ini` with this text, read as if from its own folder. */
export function configOf(text: string): Config {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'conc.ini'), text);
  return readConfig('conc.ini', folder);
}

/** The ConfigError that `act` throws: `code`, and its lines. */
export function refusal(act: () => unknown): {
  code: string;
  exit: number;
  lines: readonly string[];
  hint: string | undefined;
} {
  try {
    act();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { code: error.code, exit: error.exit, lines: error.message.split('\n'), hint: error.hint };
  }
  throw new Error('nothing was refused');
}
