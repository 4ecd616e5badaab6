import { ConcError } from '../errors/conc-error.ts';
import type { Change } from '../ops/types.ts';
import { interpreterOf, releaseId } from '../release/identity.ts';
import { type SecretsSurvey, surveySecrets } from '../release/secrets.ts';
import type { ReleaseFile } from '../release/types.ts';
import type { OpenNode } from './open.ts';

/** Which of an application's secrets are to be set, and which are to go. Values are not here. */
export interface SecretsWish {
  readonly set: readonly string[];
  readonly unset: readonly string[];
}

/**
 * The change that sets secrets: a release made anew of what serves, with another generation. Its attributes, processes
 * and etc tree are those of the release, whatever conc.ini says by now: nothing else changes.
 */
export async function envChange(open: OpenNode, wish: SecretsWish, by: string, now: Date): Promise<Change> {
  const { settings, session, survey } = open;
  const known = await surveySecrets(session, settings.root);
  const names = namesAfter(settings.name, known, wish);
  const { next: generation, serves } = known;
  if (serves !== null) refuseTwice(settings.name, names, serves.processes);
  const interpreter = interpreterOf(session.facts);
  const about = serves ?? { bundle: '', app: settings.app, version: '', attributes: {}, wheels: [], processes: [] };
  const { bundle, attributes } = about;
  const digest = serves?.etc === undefined ? {} : { etc: serves.etc };
  const release: ReleaseFile = {
    ...about,
    id: releaseId({ bundle, attributes, interpreter, ...digest, env: generation }, survey),
    created: now.toISOString(),
    by,
    interpreter,
    env: generation,
  };
  return {
    kind: 'env',
    by,
    settings,
    facts: session.facts,
    survey,
    release,
    from: survey.current,
    wheels: [],
    tools: [],
    secrets: {
      ...{ generation, base: known.env?.generation ?? null, source: serves?.id ?? null },
      ...{ set: wish.set, unset: wish.unset, names },
    },
  };
}

/** A variable of a process and a secret of the same name: nobody could tell which counts. ConcError `env.twice` (exit 2). */
export function refuseTwice(node: string, names: readonly string[], processes: ReleaseFile['processes']): void {
  for (const { name: process, env } of processes) {
    const twice = names.filter((name) => Object.hasOwn(env, name));
    if (twice.length === 0) continue;
    throw new ConcError({
      code: 'env.twice',
      message: `${twice.join(', ')} is a secret of the application on ${node}, and in process.${process}.env too`,
      hint: `Take it out of conc.ini and deploy that; or: conc env unset ${node} ${twice.join(' ')}`,
      state: 'nothing was changed',
      exit: 2,
    });
  }
}

function namesAfter(node: string, { env }: SecretsSurvey, { set, unset }: SecretsWish): readonly string[] {
  const before = env?.names.map(({ name }) => name) ?? [];
  const missing = unset.filter((name) => !before.includes(name));
  if (missing.length > 0) throw notThere(node, missing, before);
  return [...new Set([...before, ...set])].filter((name) => !unset.includes(name)).toSorted();
}

const notThere = (node: string, missing: readonly string[], known: readonly string[]): ConcError =>
  new ConcError({
    code: 'env.unknown',
    message: `the application has no secret ${missing.join(', ')} on ${node}. It has: ${known.join(', ') || 'none'}`,
    hint: `conc env list ${node}`,
    state: 'nothing was changed',
    exit: 2,
  });
