import { suggest } from '../../errors/suggest.ts';
import { nestedGroups } from '../groups.ts';
import { specOf } from '../keys.ts';
import { roleOf, roles } from '../names.ts';
import { newerLetters, strip } from '../python-text.ts';
import { syntaxFault } from '../substitute.ts';
import type { Config, Problem, Section } from '../types.ts';
import { nameProblems, valueProblems } from './attribute.ts';

/** What is wrong with sections, with the names of keys, and with values that stand as they are, whoever takes them. */
export function sectionProblems(config: Config): Problem[] {
  const sections = [config.defaults, ...config.sections.values()];
  return [
    ...[...config.sections.values()].flatMap((section) => headerProblems(config, section)),
    ...sections.flatMap((section) => keyProblems(config, section)),
    ...spellings(
      config,
      sections.filter((section) => section === config.defaults || roleOf(section.name)),
    ),
  ];
}

function headerProblems(config: Config, section: Section): Problem[] {
  const source = { file: config.shown, line: section.line, section: section.name };
  const found = roleOf(section.name);
  if (found?.role === 'group' && found.name === 'all') {
    const message = 'a group can not be called all: @all is every node';
    return [{ code: 'config.bad-section-name', level: 'error', source, message, hint: 'Give it another name' }];
  }
  if (found) return [];
  const [first = '', ...rest] = strip(section.name).split(/[\s:."']+/);
  const name = rest
    .join('-')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^-+|-+$/g, '');
  const role = /^(node|group|builder)s?$/i.exec(first)?.[1]?.toLowerCase();
  if (role !== undefined) {
    const forms = role === 'builder' ? 'not of the form [builder NAME]' : 'neither [node NAME] nor [group NAME]';
    const message = `[${section.name}] is ${forms}`;
    const hint = name === '' ? `Write [${role} NAME]` : `Did you mean [${role} ${name}]?`;
    const rule = 'A NAME is of A-Z a-z 0-9 . _ -';
    return [{ code: 'config.bad-section-name', level: 'error', source, message, hint: `${rule}. ${hint}` }];
  }
  const meant = meantHeader(section, first, name);
  if (meant === undefined) return [];
  const message = `[${section.name}] is a plain section: no node takes its keys`;
  return [{ code: 'config.plain-section', level: 'warning', source, message, hint: `Did you mean [${meant}]?` }];
}

/** `[default]`, `[noed web1]`, and `[web1]` with keys that only a node has. */
function meantHeader(section: Section, first: string, name: string): string | undefined {
  if (suggest(section.name, ['DEFAULT'], 2) !== undefined) return 'DEFAULT';
  const role = name === '' ? undefined : suggest(first, roles, 1);
  if (role !== undefined) return `${role} ${name}`;
  const conc = [...section.keys.keys()].some(
    (key) => key === 'groups' || key === 'gateway' || (key.includes('.') && specOf(key)),
  );
  return conc ? `node ${section.name}` : undefined;
}

function keyProblems(config: Config, section: Section): Problem[] {
  const role = section === config.defaults ? 'DEFAULT' : roleOf(section.name)?.role;
  const problems: Problem[] = [];
  for (const written of section.keys.values()) {
    const source = { file: config.shown, line: written.line, section: section.name };
    problems.push(...(syntaxFault(config, written)?.problems ?? []));
    if (newerLetters(written.spelled)) {
      const message = `${written.spelled}: Pythons differ in the lower case of one of its letters`;
      problems.push({ code: 'config.newer-letters', level: 'warning', source, message, hint: 'Use other letters' });
    }
    if (role === undefined) continue;
    if (role === 'group' && written.key === 'groups') problems.push(nestedGroups(config, written));
    problems.push(...nameProblems(written.key, source));
    // What nothing is put into can be judged as it stands, also in a group that no node takes.
    if (!written.value.includes('$')) problems.push(...valueProblems(written.key, written.value, source));
  }
  return problems;
}

/** Keys are folded to lower case, so two spellings are one key: seldom what was meant. */
function spellings(config: Config, sections: readonly Section[]): Problem[] {
  const first = new Map<string, { readonly spelled: string; readonly line: number }>();
  const problems: Problem[] = [];
  for (const written of sections.flatMap((section) => [...section.keys.values()]).sort((a, b) => a.line - b.line)) {
    const { key, spelled, line, section } = written;
    const before = first.get(key);
    if (!before) first.set(key, written);
    else if (before.spelled !== spelled) {
      const message = `${spelled}: the same key as ${before.spelled} at line ${before.line}, as case makes no difference`;
      const hint = `Write ${before.spelled} in both places`;
      const source = { file: config.shown, line, section };
      problems.push({ code: 'config.case', level: 'warning', source, message, hint });
    }
  }
  return problems;
}
