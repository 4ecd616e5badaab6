// What is published: src/ and the packages that it needs, bundled to dist/, with a `conc` that can be started. The agent is
// published as it is, from agent/. Bundled, because a start reads and links every module that it needs: a few files are
// quicker than hundreds, and of zod's only those are there which are used.
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { rolldown } from 'rolldown';
import { builtinsAsTheyAre } from './builtins.ts';
import { notices } from './notices.ts';

const FOLDER = 'dist/cli';
const SHEBANG = '#!/usr/bin/env node\n';

rmSync('dist', { recursive: true, force: true });
const bundle = await rolldown({
  // Programs of their own: what a person calls, and what ssh calls to ask that person.
  input: { main: 'src/cli/main.ts', 'askpass-program': 'src/gateway/askpass-program.ts' },
  platform: 'node',
  // The oldest Node.js that package.json allows.
  transform: { target: 'node22' },
  external: /^node:/,
  plugins: [builtinsAsTheyAre],
  // Some modules that one command reads late are read early by another.
  checks: { ineffectiveDynamicImport: false },
});
// Flat, and as deep as src's folders are: modules find what lies beside src/ by their own place (`import.meta.dirname`).
const { output } = await bundle.write({
  dir: FOLDER,
  format: 'esm',
  chunkFileNames: '[name].js',
  // What is read together, as one file: each takes what its modules import along, if no earlier one has it.
  codeSplitting: {
    groups: [
      // By --version, which needs nothing else.
      { name: 'version', test: /\/src\/cli\/version\.ts$/ },
      // By every command but --version.
      { name: 'start', test: /\/src\/(config|errors)\/|\/src\/cli\/program\.ts$/ },
      // Before ssh is started.
      { name: 'connecting', test: /\/src\/cli\/(change-command|select|[a-z-]+-options?)\.ts$/ },
      // While it logs in, by all that look at a node.
      { name: 'looking', test: /\/src\/(gateway\/(session|payload)|release\/survey)\.ts$/ },
      // While it logs in, by a deploy.
      { name: 'changing', test: /\/src\/cli\/(deploying|sudo-passwords)\.ts$/ },
    ],
  },
});
const chunks = output.filter((each) => each.type === 'chunk');
for (const { fileName, imports } of chunks) {
  // The entry waits for the command that it loads: that one can't wait for the entry.
  if (imports.includes('main.js')) fail(`${fileName} imports the entry, main.js`);
  for (const name of imports.filter((each) => !each.startsWith('node:')))
    if (!chunks.some((chunk) => chunk.fileName === name))
      fail(`${fileName} imports ${name}, which is not in ${FOLDER}`);
}
writeFileSync('dist/THIRD-PARTY-NOTICES.txt', notices(chunks.flatMap(({ moduleIds }) => moduleIds)));
const entry = `${FOLDER}/main.js`;
if (readFileSync(entry, 'utf8').startsWith(SHEBANG)) chmodSync(entry, 0o755);
else fail(`${entry} begins with no ${SHEBANG.trim()}: src/cli/main.ts must have it as its first line`);

function fail(why: string): void {
  console.error(`build: ${why}`);
  process.exitCode = 1;
}
