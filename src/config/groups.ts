import { listOf, suggest } from '../errors/suggest.ts';
import { namedSection, namesOf } from './names.ts';
import { throwErrors } from './problem.ts';
import { find, sectionScopes, substitute } from './substitute.ts';
import type { Config, Problem, Written } from './types.ts';
import { splitNames } from './values.ts';

/** The groups that a node takes, in the order listed: its own `groups`, or DEFAULT's, evaluated without any group. */
export function groupsOf(config: Config, node: string): string[] {
  const { names, written } = listed(config, node);
  if (written) throwErrors(groupProblems(config, names, written));
  return names;
}

function listed(config: Config, node: string): { names: string[]; written: Written | undefined } {
  const sections = sectionScopes(config);
  const scope = sections(namedSection(config, 'node', node).name);
  const written = scope && find(scope, 'groups');
  if (!scope || !written) return { names: [], written: undefined };
  return { names: splitNames(substitute(config, sections, scope, written)), written };
}

function groupProblems(config: Config, names: readonly string[], written: Written): Problem[] {
  const source = { file: config.shown, line: written.line, section: written.section };
  const problems: Problem[] = [];
  for (const [index, name] of names.entries()) {
    const group = config.sections.get(`group ${name}`);
    const nested = group?.keys.get('groups');
    if (names.indexOf(name) !== index) {
      const message = `groups names "${name}" twice`;
      problems.push({
        code: 'config.group-twice',
        level: 'error',
        source,
        message,
        hint: 'Name it once: the order counts',
      });
    } else if (!group) {
      problems.push({
        code: 'config.unknown-group',
        level: 'error',
        source,
        message: `groups names "${name}": no such group`,
        hint: hintFor(name, namesOf(config, 'group')),
      });
    } else if (nested) {
      problems.push(nestedGroups(config, nested));
    }
  }
  return problems;
}

/** `groups` inside a group. */
export function nestedGroups(config: Config, written: Written): Problem {
  return {
    code: 'config.nested-groups',
    level: 'error',
    source: { file: config.shown, line: written.line, section: written.section },
    message: "groups: a group can't take groups",
    hint: 'List them all in the nodes, or in [DEFAULT]',
  };
}

function hintFor(name: string, known: readonly string[]): string {
  if (known.length === 0) return `Add a section [group ${name}]`;
  const parts = name.split(/\s+/);
  if (parts.length > 1 && parts.every((part) => known.includes(part))) return `Write groups = ${parts.join(', ')}`;
  const meant = known.length > 8 ? suggest(name, known) : undefined;
  return meant === undefined ? (listOf(known, 'Groups') ?? '') : `Did you mean ${meant}?`;
}
