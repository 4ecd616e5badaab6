import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import type { Bundle } from '../bundle/types.ts';
import { readConcopsFiles } from '../gateway/agent-sources.ts';
import type { Json } from '../gateway/types.ts';
import type { Plan } from '../plan/plan.ts';

/** An application's own sequence, ready to go with a change: which list it is, and the code of both ends. */
export interface ApplicationCode {
  readonly module: string;
  readonly attribute: string;
  /** sha256 of the source of each module of the devops package, by its dotted name. */
  readonly digests: Readonly<Record<string, string>>;
  /** What workers import before a release is there: base64 of zlib of JSON `{path: text}`; `concops/…` and `application/…`. */
  readonly files: string;
}

/** null: the bundle's sequence is conc's own. */
export async function readApplicationCode(bundle: Bundle): Promise<ApplicationCode | null> {
  const { application } = bundle.manifest;
  if (application === undefined) return null;
  const { module, attribute } = application;
  const code = await bundle.devopsCode();
  return { module, attribute, digests: digestsOf(code), files: await packCode(code) };
}

/** What a worker finds beside itself: conc's package concops, and an application's code that isn't installed there. */
export async function packCode(application: Readonly<Record<string, string>>): Promise<string> {
  const own = Object.entries(await readConcopsFiles()).map(([path, text]) => [`concops/${path}`, text]);
  const theirs = Object.entries(application).map(([path, text]) => [`application/${path}`, text]);
  return deflateSync(JSON.stringify(Object.fromEntries([...own, ...theirs]))).toString('base64');
}

/** By module: `shop/devops/__init__.py` is `shop.devops`. */
export function digestsOf(code: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(code).map(([path, text]) => [
      path.replace(/(?:\/__init__)?\.py$/, '').replaceAll('/', '.'),
      createHash('sha256').update(text).digest('hex'),
    ]),
  );
}

/** `application` of a `run` request: protocol/README.md. null: the plan has no job of the application's own. */
export function applicationRequest({ change, jobs, node }: Plan, code: ApplicationCode | null): Json {
  if (code === null || jobs.every(({ op }) => op !== 'call' && op !== 'near')) return null;
  return {
    ...code,
    ncd: { ...change.settings.attributes, root: change.survey.root },
    node,
    installs: jobs.some(({ op }) => op === 'install'),
  };
}
