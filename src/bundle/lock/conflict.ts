import { normalizeName } from '../standards/names.ts';

/** One package that can't be chosen, and who asks for what of it. */
export interface Conflict {
  readonly name: string;
  readonly parents: readonly { readonly who: string; readonly needs: string }[];
}

/**
 * What a resolver's words say of who can't live together; null: nothing that is understood. `you` is who asks, as
 * messages call it: `requirements.txt`; `constraint` what has a say without asking.
 */
export function readConflict(words: string, { you, constraint }: Askers): Conflict | null {
  const all = words.includes('The conflict is caused by:')
    ? pipWords(words, { you, constraint })
    : uvWords(words, { you, constraint });
  const byName = Map.groupBy(all, ({ name }) => name);
  for (const [name, parents] of byName) {
    const distinct = [...new Map(parents.map((each) => [each.who + each.needs, each])).values()];
    const differ = new Set(distinct.map(({ needs }) => needs)).size > 1;
    if (distinct.length > 1 && differ) return { name, parents: distinct.map(({ who, needs }) => ({ who, needs })) };
  }
  return null;
}

/** `django 5.2 needs asgiref>=3.8.1; requirements.txt needs asgiref==3.5` */
export const conflictWords = ({ parents }: Conflict): string =>
  parents.map(({ who, needs }) => `${who} needs ${needs}`).join('; ');

export interface Askers {
  readonly you: string;
  readonly constraint: string;
}

interface Asked {
  readonly name: string;
  readonly who: string;
  readonly needs: string;
}

/** pip: `django 5.2 depends on asgiref>=3.8.1`, `The user requested asgiref==3.5`, `… requested (constraint) …`. */
function pipWords(words: string, { you, constraint }: Askers): Asked[] {
  return words.split('\n').flatMap((line) => {
    const [, who, needs] = /^\s+(\S+ \S+) depends on (\S.*)$/.exec(line) ?? [];
    if (who !== undefined && needs !== undefined) return asked(who, needs.replace(/;.*/, '').replaceAll(' and ', ','));
    const [, bound, asks] = /^\s+The user requested (\(constraint\) )?(\S.*)$/.exec(line) ?? [];
    return asks === undefined ? [] : asked(bound === undefined ? you : constraint, asks);
  });
}

/** uv: `Because a==1 depends on b>=2 and you require b<2, we can conclude that …`: its premises, not its conclusions. */
function uvWords(words: string, { you, constraint }: Askers): Asked[] {
  // Markers stand in braces: urllib3{python_full_version >= '3.10'}>=1.25.
  const flat = words.replaceAll(/\s+/g, ' ').replaceAll(/\{[^}]*\}/g, '');
  const premises = [...flat.matchAll(/\bbecause (.*?), we can conclude\b/gi)].flatMap(([, each = '']) =>
    each.split(/,? and (?=(?:all versions of )?\S+ depends? on |you require |\S+==)|, (?=\S+ depends on )/),
  );
  const found: Asked[] = [];
  // A bare requirement goes on with what "you require", or is a constraint.
  let bare = constraint;
  for (const premise of premises) {
    const [, who, needs] = /^(?:all versions of )?(\S+) depends? on (\S+)/.exec(premise) ?? [];
    const [, yours] = /^you require (.*)$/.exec(premise) ?? [];
    if (who !== undefined && needs !== undefined) found.push(...asked(who.replace('==', ' '), needs));
    else if (yours !== undefined) for (const each of yours.split(' and ')) found.push(...asked(you, each));
    else if (/^[A-Za-z0-9._-]+(\[\S*\])?[=<>~!]=?[^\s=]\S*$/.test(premise)) found.push(...asked(bare, premise));
    bare = yours === undefined ? constraint : you;
  }
  return found;
}

function asked(who: string, needs: string): Asked[] {
  const plain = needs.trim();
  const [name] = /^[A-Za-z0-9][A-Za-z0-9._-]*/.exec(plain) ?? [];
  return name === undefined ? [] : [{ name: normalizeName(name), who, needs: plain }];
}
