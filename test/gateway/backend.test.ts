import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);
const backend = fileURLToPath(new URL('../../src/gateway/backend.ts', import.meta.url));

it('ends though a process that was left behind, as a stopped ProxyCommand, holds its pipes', async () => {
  const program = `
    import { processBackend } from ${JSON.stringify(backend)};
    const backend = processBackend('sh', ['-c', 'sleep 600 & echo $!']);
    let left = '';
    backend.listen((bytes) => { left += bytes; });
    await backend.ended;
    process.on('exit', () => console.log(left.trim()));
  `;
  const { stdout } = await run(process.execPath, ['--input-type=module-typescript', '--eval', program]);
  const left = Number(stdout);
  expect(left).toBeGreaterThan(1);
  // It is still there: nobody waited for it.
  process.kill(left, 'SIGKILL');
});
