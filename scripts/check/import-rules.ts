import type { IConfiguration, IForbiddenRuleType, IRegularForbiddenRuleType } from 'dependency-cruiser';

interface Directions {
  readonly values: readonly string[];
  /** `import type` only: nothing of these is there at run time. */
  readonly types?: readonly string[];
}

/** Packages that conc needs when it runs: CONTRIBUTING.md gives each one's reason. */
const BUNDLED = ['commander', 'smol-toml', 'yauzl', 'yazl', 'zod'];

/** Who may import whom: folder of src/ → the folders that it may import. The directions of ARCHITECTURE.md. `cli` may import all. */
const MAY_IMPORT: Readonly<Record<string, Directions>> = {
  errors: { values: [] },
  config: { values: ['errors'] },
  secrets: { values: ['errors'] },
  sequence: { values: ['errors', 'config'] },
  gateway: { values: ['errors', 'secrets'], types: ['config'] },
  etc: { values: ['errors', 'config', 'release'], types: ['gateway'] },
  bundle: { values: ['errors', 'config', 'secrets', 'sequence', 'gateway', 'release', 'ops', 'etc'] },
  init: { values: ['errors', 'bundle'] },
  release: { values: ['errors', 'config', 'secrets', 'sequence', 'gateway', 'bundle', 'ops'] },
  ops: { values: ['errors', 'config', 'sequence', 'bundle', 'release', 'etc'], types: ['gateway'] },
  plan: { values: ['errors', 'etc'], types: ['config', 'sequence', 'ops'] },
  report: { values: ['errors', 'plan', 'timings'], types: ['sequence'] },
  timings: { values: ['plan'], types: ['gateway'] },
  near: { values: ['errors', 'bundle', 'deploy', 'gateway', 'sequence'], types: ['config', 'report'] },
  bridge: { values: ['errors', 'gateway'] },
  run: { values: ['errors', 'config', 'gateway'] },
  prepare: {
    values: ['errors', 'config', 'gateway', 'bundle', 'etc', 'ops', 'plan', 'deploy'],
    types: ['secrets', 'sequence'],
  },
  deploy: {
    values: ['errors', 'config', 'secrets', 'sequence', 'gateway', 'bundle', 'release', 'ops', 'etc', 'plan', 'report'],
  },
};

/** These work on values alone: what they need of the world is given to them. */
const PURE = ['errors', 'ops', 'plan', 'report', 'timings'];
const WORLD = '^(node:)?(fs|child_process|cluster|dgram|dns|https?|http2|inspector|net|tls|worker_threads)(/|$)';

export const importRules: IForbiddenRuleType[] = [
  ...Object.entries(MAY_IMPORT).flatMap(([folder, may]) => directions(folder, may)),
  forbid(
    'known-folders',
    'a folder of src/ that scripts/check/import-rules.ts does not name',
    { path: '^src/', pathNot: `^src/${anyOf([...Object.keys(MAY_IMPORT), 'cli'])}/` },
    {},
  ),
  forbid(
    'pure-folders',
    `${PURE.join(', ')} touch no file, process or network`,
    { path: `^src/${anyOf(PURE)}/` },
    { path: WORLD, dependencyTypes: ['core'] },
  ),
  forbid(
    'config-reads',
    'config reads conc.ini; it starts no process and opens no connection',
    { path: '^src/config/' },
    { path: WORLD, pathNot: '^(node:)?fs(/|$)', dependencyTypes: ['core'] },
  ),
  forbid(
    'src-only',
    'what is published imports nothing from outside src',
    { path: '^src/' },
    { path: '^(test|scripts|bench|examples)/' },
  ),
  forbid(
    'bundled-packages',
    'what is published imports packages only that are bundled into it on purpose',
    { path: '^src/' },
    { path: 'node_modules/', pathNot: `node_modules/(@types/)?${anyOf(BUNDLED)}/` },
  ),
  forbid(
    'no-cycles',
    'a cycle; only one that a lazy import() opens is allowed',
    {},
    { circular: true, viaOnly: { dependencyTypesNot: ['dynamic-import'] } },
  ),
  forbid('resolvable', 'there is no such file or package', {}, { couldNotResolve: true }),
];

export const cruiseOptions: NonNullable<IConfiguration['options']> = {
  parser: 'swc',
  tsPreCompilationDeps: true,
  doNotFollow: { path: 'node_modules' },
  enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
};

function directions(folder: string, { values, types = [] }: Directions): IForbiddenRuleType[] {
  const from = { path: `^src/${folder}/` };
  const allowed = [...values, ...types.map((type) => `types of ${type}`)].join(', ') || 'nothing';
  const elsewhere = { path: '^src/', pathNot: `^src/${anyOf([folder, ...values, ...types])}/` };
  const rules = [forbid(`${folder}-imports`, `src/${folder} may import ${allowed} of src`, from, elsewhere)];
  if (types.length > 0) {
    const comment = `src/${folder} may import only types of ${types.join(', ')}: write \`import type\``;
    const atRunTime = { path: `^src/${anyOf(types)}/`, dependencyTypesNot: ['type-only' as const] };
    rules.push(forbid(`${folder}-imports-types`, comment, from, atRunTime));
  }
  return rules;
}

function forbid(
  name: string,
  comment: string,
  from: IForbiddenRuleType['from'],
  to: IRegularForbiddenRuleType['to'],
): IForbiddenRuleType {
  return { name, comment, severity: 'error', from, to };
}

function anyOf(folders: readonly string[]): string {
  return `(${folders.join('|')})`;
}
