import type { OwnershipRow } from './types.ts';

export interface OwnershipFault {
  readonly line: number;
  readonly message: string;
}

/**
 * The table `.ownership` of a layer: `MODE OWNER GROUP PATTERN` a line, `-` for what stays as it is without, `#` for
 * comments. In a pattern `*` and `?` stay within one folder, `**` goes through any.
 */
export function parseOwnership(
  layer: string,
  text: string,
): { readonly rows: readonly OwnershipRow[]; readonly faults: readonly OwnershipFault[] } {
  const rows: OwnershipRow[] = [];
  const faults: OwnershipFault[] = [];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = index + 1;
    const words = raw.trim().split(/\s+/);
    if (words[0] === '' || raw.trim().startsWith('#')) continue;
    const [mode = '', owner = '', group = '', pattern = '', ...more] = words;
    const message = faultOf(mode, owner, group, pattern, more);
    if (message !== null) faults.push({ line, message });
    else rows.push({ layer, line, mode: modeOf(mode), owner: nameOf(owner), group: nameOf(group), pattern });
  }
  return { rows, faults };
}

/** Mode, owner and group of a path: of the rows that match and say something, the last one counts. */
export function ownershipOf(
  path: string,
  rows: readonly OwnershipRow[],
): { readonly mode: string | null; readonly owner: string | null; readonly group: string | null } {
  const matching = rows.filter(({ pattern }) => expression(pattern).test(path));
  return {
    mode: matching.findLast(({ mode }) => mode !== null)?.mode ?? null,
    owner: matching.findLast(({ owner }) => owner !== null)?.owner ?? null,
    group: matching.findLast(({ group }) => group !== null)?.group ?? null,
  };
}

function faultOf(mode: string, owner: string, group: string, pattern: string, more: readonly string[]): string | null {
  if (pattern === '' || more.length > 0)
    return 'a line is MODE OWNER GROUP PATTERN, as in: 0640 root www-data nginx/**';
  if (mode !== '-' && !/^0?[0-7]{3}$/.test(mode))
    return `${mode} is no mode: three octal digits such as 0640. Bits such as setuid are not given`;
  for (const name of [owner, group])
    if (name !== '-' && !/^[A-Za-z0-9_][A-Za-z0-9_.-]*\$?$/.test(name)) return `${name} is no name of a user or group`;
  return pattern.startsWith('/') ? `${pattern}: patterns are below the tree, without a slash before them` : null;
}

const modeOf = (mode: string): string | null => (mode === '-' ? null : mode.padStart(4, '0'));
const nameOf = (name: string): string | null => (name === '-' ? null : name);

function expression(pattern: string): RegExp {
  const parts = pattern.split(/(\*\*\/|\*\*|\*|\?)/).map((part) => {
    if (part === '**/') return '(?:.*/)?';
    if (part === '**') return '.*';
    if (part === '*') return '[^/]*';
    return part === '?' ? '[^/]' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('')}$`);
}
