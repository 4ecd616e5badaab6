import type { NodeSettings } from '../../config/types.ts';
import { withNode } from '../../deploy/open.ts';
import { type SecretsSurvey, surveySecrets } from '../../release/secrets.ts';
import { askAt } from '../ask.ts';
import type { CliContext } from '../context.ts';

/** The names of each node's secrets. Values are never asked for, so there are none to show. */
export async function listSecrets(nodes: readonly NodeSettings[], json: boolean, context: CliContext): Promise<void> {
  const ask = askAt(context);
  for (const settings of nodes) {
    const seen = await withNode(settings, { ask }, ({ session }) => surveySecrets(session, settings.root));
    if (json) context.out(JSON.stringify(secretsJson(settings.name, seen)));
    else for (const line of secretsLines(settings.name, seen)) context.out(line);
  }
}

/** `{node, generation, since, by, names: [{name, since, by}], serves: {release, generation} | null}` */
const secretsJson = (node: string, { env, serves }: SecretsSurvey): object => ({
  node,
  generation: env?.generation ?? null,
  since: env?.since ?? null,
  by: env?.by ?? null,
  names: env?.names ?? [],
  serves: serves === null ? null : { release: serves.id, generation: serves.env ?? null },
});

function secretsLines(node: string, { env, serves }: SecretsSurvey): string[] {
  if (env === null) return [`${node}: the application has no secrets. Set one: conc env set ${node} NAME`];
  const width = Math.max(...env.names.map(({ name }) => name.length));
  return [
    `${node}: generation ${env.generation}, since ${env.since}, by ${env.by}${servesText(env.generation, serves)}`,
    ...env.names.map(({ name, since, by }) => `  ${name.padEnd(width)}  since ${since}, by ${by}`),
  ];
}

function servesText(generation: number, serves: SecretsSurvey['serves']): string {
  if (serves === null) return '; nothing serves yet';
  if (serves.env === generation) return `; ${serves.id} serves with it`;
  const other = serves.env === undefined ? 'with none' : `with generation ${serves.env}`;
  return `; the next deploy takes it, ${serves.id} serves ${other}`;
}
