import { builderProblems } from './builders.ts';
import { evaluateWhatCan } from './evaluate.ts';
import { groupsOf } from './groups.ts';
import { namesOf, roleOf } from './names.ts';
import { ConfigError, inOrder } from './problem.ts';
import { nodeProblems } from './rules/node.ts';
import { sectionProblems } from './rules/sections.ts';
import { textProblems } from './rules/text.ts';
import { sectionScopes, substitute } from './substitute.ts';
import type { Config, NodeAttributes, Problem } from './types.ts';
import { isYes } from './values.ts';

/** Every problem of a file at once, in the order of its lines: what Python refuses, what conc can't use, and what people trip over. */
export function checkConfig(config: Config): Problem[] {
  const sections = [config.defaults, ...config.sections.values()];
  return inOrder([
    ...config.problems,
    ...sections.flatMap((section) => textProblems(config, section)),
    ...sectionProblems(config),
    ...plainValueProblems(config),
    ...nodesProblems(config),
    ...namesOf(config, 'builder').flatMap((builder) => builderProblems(config, builder)),
  ]);
}

/** Plain sections are evaluated alone; groups and DEFAULT by way of the nodes that take them. */
function plainValueProblems(config: Config): Problem[] {
  const scopes = sectionScopes(config);
  return [...config.sections.values()].flatMap((section) => {
    const scope = roleOf(section.name) ? undefined : scopes(section.name);
    if (!scope) return [];
    return [...section.keys.values()].flatMap((written) =>
      collect(() => {
        substitute(config, scopes, scope, written);
      }),
    );
  });
}

function nodesProblems(config: Config): Problem[] {
  const nodes = namesOf(config, 'node');
  const takers = new Map<string, NodeAttributes[]>(namesOf(config, 'group').map((group) => [group, []]));
  const problems: Problem[] = nodes.length === 0 ? [noNodes(config)] : [];
  const taken = new Set<string>();
  let allKnown = true;
  for (const node of nodes) {
    const groups: string[] = [];
    const wrong = collect(() => groups.push(...groupsOf(config, node)));
    allKnown &&= wrong.length === 0;
    problems.push(...wrong);
    if (wrong.length > 0) continue;
    const evaluated = evaluateWhatCan(config, node);
    problems.push(...evaluated.problems, ...nodeProblems(config, evaluated, evaluated.broken));
    for (const group of groups) {
      taken.add(group);
      takers.get(group)?.push(evaluated);
    }
  }
  // A misspelt group may be the one that seems to have no node.
  if (allKnown) problems.push(...unusedGroups(config, taken));
  return [...problems, ...[...takers].flatMap(([group, members]) => onceProblems(group, members))];
}

function noNodes(config: Config): Problem {
  const source = { file: config.shown, line: 1, section: '' };
  return {
    code: 'config.no-nodes',
    level: 'warning',
    source,
    message: 'there is no node',
    hint: 'Add a section [node NAME]',
  };
}

function unusedGroups(config: Config, taken: ReadonlySet<string>): Problem[] {
  return namesOf(config, 'group').flatMap((group) => {
    const section = config.sections.get(`group ${group}`);
    if (taken.has(group) || !section) return [];
    const source = { file: config.shown, line: section.line, section: section.name };
    const message = 'no node takes this group';
    const hint = `Write groups = ${group} into a [node NAME], or remove it`;
    return [{ code: 'config.unused-group', level: 'warning', source, message, hint } as const];
  });
}

/** Of the nodes of a group, which are deployed together, only one can be the one for `once` jobs. */
function onceProblems(group: string, members: readonly NodeAttributes[]): Problem[] {
  const claims = members.filter(({ attributes }) => isYes(attributes.get('once')?.value ?? 'no'));
  const last = claims.at(-1);
  const source = last?.attributes.get('once')?.source;
  if (claims.length < 2 || !source) return [];
  const names = claims.map(({ node }) => node).join(', ');
  const message = `once = yes on ${claims.length} nodes of the group ${group}: ${names}`;
  return [{ code: 'config.once', level: 'error', source, message, hint: 'Write it into one [node NAME] only' }];
}

function collect(act: () => unknown): readonly Problem[] {
  try {
    act();
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}
