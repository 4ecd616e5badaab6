import { globSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { cruise, type IViolation } from 'dependency-cruiser';
import './teach-using.ts';
import { cruiseOptions, importRules } from './import-rules.ts';

export interface ImportReport {
  /** Modules of src/ that were read. */
  readonly modules: number;
  /** A line each. */
  readonly problems: readonly string[];
}

/**
 * Holds the imports of a tree's `src/` against `import-rules.ts`.
 *
 * Where its parser is missing, dependency-cruiser finds no modules and nothing wrong: that every file of `src/` was read
 * is part of the check.
 */
export async function checkImports(root: string): Promise<ImportReport> {
  const ruleSet = { forbidden: importRules };
  const result = await cruise(['src'], { ...cruiseOptions, ruleSet, validate: true, baseDir: root });
  if (typeof result.output === 'string')
    throw new TypeError('dependency-cruiser gave text where a result was asked for');
  const { modules, summary } = result.output;
  const comments = new Map(importRules.map(({ name, comment }) => [name, comment]));

  const read = new Set(modules.map(({ source }) => source));
  const unread = globSync('src/**/*.ts', { cwd: root }).filter((file) => !read.has(file));
  const problems = [
    ...summary.violations.map((violation) => describe(violation, comments.get(violation.rule.name))),
    ...unread.map((file) => `${file}: was not read`),
  ];
  const own = modules.filter(({ source }) => source.startsWith('src/')).length;
  return { modules: own, problems: own > 0 ? problems : [...problems, 'no module was read'] };
}

function describe({ from, to, rule, cycle }: IViolation, comment: string | undefined): string {
  const way = cycle === undefined ? [to] : cycle.map(({ name }) => name);
  return `${[from, ...way].join(' → ')}: ${comment ?? rule.name}`;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { modules, problems } = await checkImports(process.cwd());
  for (const problem of problems) console.log(problem);
  console.log(`${modules} modules, ${problems.length} problems`);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
