// What is published: src/ compiled to dist/, with a `conc` that can be started. The agent is published as it is, from agent/.
import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, rmSync } from 'node:fs';

const SHEBANG = '#!/usr/bin/env node\n';
const entry = 'dist/cli/main.js';

rmSync('dist', { recursive: true, force: true });
const { status } = spawnSync('node_modules/.bin/tsc', ['-p', 'tsconfig.build.json'], { stdio: 'inherit' });
if (status === 0 && readFileSync(entry, 'utf8').startsWith(SHEBANG)) {
  chmodSync(entry, 0o755);
} else {
  if (status === 0)
    console.error(`${entry}: begins with no ${SHEBANG.trim()}: src/cli/main.ts must have it as its first line`);
  process.exitCode = 1;
}
