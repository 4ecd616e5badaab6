// What is published: src/ bundled to dist/, with a `conc` that can be started. The agent is published as it is, from agent/.
// Bundled, because a start reads and links every module that it needs: some thirty files are quicker than three hundred.
import { chmodSync, readFileSync, rmSync } from 'node:fs';
import { rolldown } from 'rolldown';
import { z } from 'zod';

const FOLDER = 'dist/cli';
const SHEBANG = '#!/usr/bin/env node\n';
const packageSchema = z.object({ dependencies: z.record(z.string(), z.string()) });
const installed = Object.keys(packageSchema.parse(JSON.parse(readFileSync('package.json', 'utf8'))).dependencies);

rmSync('dist', { recursive: true, force: true });
const bundle = await rolldown({
  // Programs of their own: what a person calls, and what ssh calls to ask that person.
  input: { main: 'src/cli/main.ts', 'askpass-program': 'src/gateway/askpass-program.ts' },
  platform: 'node',
  // The oldest Node.js that package.json allows.
  transform: { target: 'node22' },
  external: (id) => id.startsWith('node:') || installed.some((name) => id === name || id.startsWith(`${name}/`)),
});
// Flat, and as deep as src's folders are: modules find what lies beside src/ by their own place (`import.meta.dirname`).
const { output } = await bundle.write({
  dir: FOLDER,
  format: 'esm',
  chunkFileNames: '[name].js',
  // What every command but --version reads, as one file.
  codeSplitting: { groups: [{ name: 'config', test: /\/src\/(config|errors)\// }] },
});
const chunks = output.filter((each) => each.type === 'chunk');
for (const { fileName, imports } of chunks) {
  // The entry waits for the command that it loads: that one can't wait for the entry.
  if (imports.includes('main.js')) fail(`${fileName} imports the entry, main.js`);
  if (readFileSync(`${FOLDER}/${fileName}`, 'utf8').includes('/node_modules/'))
    fail(`${fileName} holds a package that is to be installed`);
}
const entry = `${FOLDER}/main.js`;
if (readFileSync(entry, 'utf8').startsWith(SHEBANG)) chmodSync(entry, 0o755);
else fail(`${entry} begins with no ${SHEBANG.trim()}: src/cli/main.ts must have it as its first line`);

function fail(why: string): void {
  console.error(`build: ${why}`);
  process.exitCode = 1;
}
