import { ConcError } from '../errors/conc-error.ts';
import { didYouMean } from '../errors/suggest.ts';
import type { Config, Section } from './types.ts';

/** A name of a node, group or builder: what may stand on a command line, in a path and in a host's log. */
const NAME = /^(?!-)(?!\.+$)[A-Za-z0-9._-]+$/;

export const roles = ['node', 'group', 'builder'] as const;

export type Role = (typeof roles)[number];

/** `[node NAME]`, `[group NAME]` and `[builder NAME]`; undefined for every other section, ill-named ones too. */
export function roleOf(section: string): { readonly role: Role; readonly name: string } | undefined {
  const space = section.indexOf(' ');
  const word = section.slice(0, Math.max(0, space));
  const role = roles.find((each) => each === word);
  const name = section.slice(space + 1);
  return role !== undefined && NAME.test(name) ? { role, name } : undefined;
}

/** In the order of the file. */
export function namesOf(config: Config, role: Role): string[] {
  const names: string[] = [];
  for (const section of config.sections.keys()) {
    const found = roleOf(section);
    if (found?.role === role) names.push(found.name);
  }
  return names;
}

const plural = { node: 'Nodes', group: 'Groups', builder: 'Builders' } as const;

/** The section of a node, group or builder; throws ConcError (exit 2) with a suggestion if there is none. */
export function namedSection(config: Config, role: Role, name: string): Section {
  const section = config.sections.get(`${role} ${name}`);
  if (section && NAME.test(name)) return section;
  const hint = didYouMean(name, namesOf(config, role), plural[role]);
  throw new ConcError({
    code: `config.no-such-${role}`,
    message: `${config.shown} has no ${role} ${name}`,
    hint: hint ?? `Add a section [${role} NAME]`,
    exit: 2,
  });
}
