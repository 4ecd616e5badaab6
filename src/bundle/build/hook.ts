import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { buildEnvironment } from '../lock/build-environment.ts';
import { buildFailed } from '../lock/failures.ts';
import type { BuildSystem } from '../lock/pyproject.ts';
import { runProgram } from '../program.ts';

/**
 * What a backend wants besides `[build-system] requires`: its `get_requires_for_build_wheel` (PEP 517), called with
 * `site` (a folder of installed packages) as the only packages.
 */
export async function extraRequirements(
  folder: string,
  { backend, backendPath }: BuildSystem,
  what: string,
  options: { readonly python: string; readonly site: string; readonly env: NodeJS.ProcessEnv },
): Promise<readonly string[]> {
  const result = join(options.site, 'conc-requirements.json');
  const argv = [
    options.python,
    '-I',
    '-S',
    '-c',
    hook,
    options.site,
    backend,
    JSON.stringify(backendPath),
    result,
  ] as const;
  const env = buildEnvironment(options.env);
  const { exit, stdout, stderr } = await runProgram(argv, { cwd: folder, env });
  if (exit !== 0) throw buildFailed(what, 'its backend', stdout + stderr);
  return z.array(z.string()).parse(JSON.parse(await readFile(result, 'utf8')));
}

const hook = `
import importlib, json, os, site, sys
folder, backend, paths, result = sys.argv[1:]
site.addsitedir(folder)
sys.path[:0] = [os.path.abspath(path) for path in json.loads(paths)]
sys.argv[1:] = []
module, _, names = backend.partition(":")
found = importlib.import_module(module)
for name in filter(None, names.split(".")):
    found = getattr(found, name)
ask = getattr(found, "get_requires_for_build_wheel", lambda: [])
needed = list(ask())
with open(result, "w") as file:
    json.dump(needed, file)
`;
