import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pinned } from './workload.ts';

/** Modules of the application, and lines of each: some 100 kB, as a service of a few people's has. */
const [MODULES, LINES] = [60, 40];

/**
 * Writes the sample project: a package of plain modules, a template of its configuration, conc.ini. Between two versions one
 * line of one module differs, and the number itself.
 */
export async function writeApplication(project: string, version: string): Promise<void> {
  const source = join(project, 'src/shop');
  await Promise.all([source, join(project, 'etc')].map((folder) => mkdir(folder, { recursive: true })));
  await writeFile(join(project, 'pyproject.toml'), await pyproject(version));
  await writeFile(join(source, '__init__.py'), `VERSION = "${version}"\n`);
  await writeFile(join(project, 'etc/shop.conf'), 'name = @{name}\nworkers = @{workers}\nroot = @{root}\n');
  for (let module = 0; module < MODULES; module += 1) {
    await writeFile(join(source, `part_${module}.py`), moduleText(module, version));
  }
  await writeFile(
    join(project, 'conc.ini'),
    '[DEFAULT]\napp = shop\npython = /usr/bin/python3\nworkers = 4\n[node here]\ngateway = popen\nroot = ./root\n',
  );
}

async function pyproject(version: string): Promise<string> {
  const dependencies = (await pinned()).map((line) => `  "${line}",\n`).join('');
  return `[build-system]
requires = ["setuptools==80.9.0"]
build-backend = "setuptools.build_meta"

[project]
name = "shop"
version = "${version}"
requires-python = ">=3.11"
dependencies = [
${dependencies}]
`;
}

function moduleText(module: number, version: string): string {
  const lines = Array.from(
    { length: LINES },
    (_, line) => `def price_${line}(amount: int) -> int:\n    return amount * ${module * LINES + line} + ${line % 7}\n`,
  );
  const changed = module === 7 ? `CHANGED_IN = "${version}"\n` : '';
  return `"""Part ${module} of the shop."""\n\n${changed}\n${lines.join('\n\n')}`;
}
