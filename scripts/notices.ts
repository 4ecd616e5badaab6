import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const packageSchema = z.object({ name: z.string(), version: z.string() });
const HEAD = "conc's program holds code of these packages:";

/** What the licences of bundled packages ask for: each one's name, version and licence, for the modules at these paths. */
export function notices(modules: readonly string[]): string {
  const folders = new Set(modules.flatMap((path) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []));
  const texts = [...folders].map((folder) => {
    const { name, version } = packageSchema.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
    return `${name} ${version}\n\n${readFileSync(join(folder, 'LICENSE'), 'utf8').trim()}\n`;
  });
  return [`${HEAD}\n`, ...texts.sort()].join(`\n${'-'.repeat(80)}\n\n`);
}
