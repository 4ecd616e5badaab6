import { dirname } from 'node:path';
import { specOf } from './keys.ts';
import { namedSection } from './names.ts';
import { ConfigError, throwErrors } from './problem.ts';
import { readValues } from './read-values.ts';
import { valueProblems } from './rules/attribute.ts';
import { reachProblems } from './rules/connection.ts';
import type { NodeView } from './rules/view.ts';
import { sshSettings } from './ssh-settings.ts';
import { sectionScopes, substitute } from './substitute.ts';
import type { Attribute, BuilderSettings, Config, Problem } from './types.ts';

/** The typed view of a `[builder NAME]`. Throws ConfigError (exit 2) with every problem of it. */
export function builderOf(config: Config, builder: string): BuilderSettings {
  const { attributes, problems } = evaluated(config, builder);
  throwErrors(problems);
  const values = readValues(attributes);
  const gateway = values.text('gateway') === 'popen' ? 'popen' : 'ssh';
  return {
    name: builder,
    gateway,
    python: values.text('python') ?? '',
    ssh: gateway === 'ssh' ? sshSettings(values, dirname(config.file)) : undefined,
    link: { ping: values.number('link.ping'), lost: values.number('link.lost') },
  };
}

export const builderProblems = (config: Config, builder: string): readonly Problem[] =>
  evaluated(config, builder).problems;

/** What is said of the connection: of DEFAULT a builder takes nothing else, and has nothing else itself. */
const isOfConnection = (key: string): boolean =>
  ['gateway', 'admin', 'op_key', 'python'].includes(key) || /^(sshd|link)\./.test(key);

function evaluated(
  config: Config,
  builder: string,
): { attributes: ReadonlyMap<string, Attribute>; problems: readonly Problem[] } {
  const section = namedSection(config, 'builder', builder);
  const scopes = sectionScopes(config);
  const scope = scopes(section.name);
  const attributes = new Map<string, Attribute>();
  const problems: Problem[] = [];
  const broken = new Set<string>();
  for (const written of [...config.defaults.keys.values(), ...section.keys.values()]) {
    const { key, value: raw, line, section: from } = written;
    const source = { file: config.shown, line, section: from };
    if (!isOfConnection(key)) {
      if (from === section.name && specOf(key)) problems.push(noEffect(key, source));
      continue;
    }
    if (scope === undefined || (from !== section.name && section.keys.has(key))) continue;
    try {
      attributes.set(key, { key, value: substitute(config, scopes, scope, written), raw, source });
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      broken.add(key);
      problems.push(...error.problems);
    }
  }
  const view: NodeView = {
    attributes,
    has: (key) => attributes.has(key) || broken.has(key),
    whole: broken.size === 0,
    problem: (code, at, message, hint) => {
      const source = at?.source ?? { file: config.shown, line: section.line, section: section.name };
      return { code, level: 'error', source, message, hint };
    },
  };
  const values = [...attributes.values()].flatMap(({ key, value, source }) => valueProblems(key, value, source));
  return { attributes, problems: [...problems, ...values, ...reachProblems(view)] };
}

const noEffect = (key: string, source: Problem['source']): Problem => ({
  code: 'config.not-of-a-builder',
  level: 'warning',
  source,
  message: `${key}: a builder has nothing of the kind`,
  hint: 'Keep what says how it is reached: gateway, sshd.…, link.…, admin, op_key, python',
});
