import type { EtcEntry, EtcPlan, EtcSurvey, EtcWishes, State, SurveyedPath, WantedFile } from './types.ts';

export const noWishes: EtcWishes = { accept: [], overwrite: [] };

/**
 * Pure: what a tree comes to on a node. A path is changed where nobody has touched it since conc wrote it, where nothing is
 * there, or where a person says so; the job `etc` has the same rule (agent/conc_agent/etc/decide.py).
 */
export function compareTree(wanted: readonly WantedFile[], survey: EtcSurvey, wishes: EtcWishes): EtcPlan {
  const here = wanted.filter(({ path }) => !survey.without.includes(path));
  const after = new Map(here.map((file) => [file.path, stateOf(file, survey)]));
  const accept = new Set(wishes.accept.map((path) => below(path, survey.root)));
  const overwrite = new Set(wishes.overwrite.map((path) => below(path, survey.root)));
  const paths = [...new Set([...after.keys(), ...Object.keys(survey.paths)])].toSorted();
  const entries = paths.flatMap((path) => {
    const found = survey.paths[path] ?? nothing;
    const entry = compareOne(path, found, after.get(path) ?? null, { accept, overwrite });
    // Of what it wrote and somebody removed, where it is not wanted any more, nothing is left to say.
    return entry.before === null && entry.after === null ? [] : [entry];
  });
  return {
    root: survey.root,
    sudo: survey.sudo,
    sudoCommands: survey.sudoCommands,
    entries,
    leave: entries.filter(({ action }) => action === 'left').map(({ path }) => path),
    overwrite: Object.fromEntries(
      entries
        .filter(({ path, action }) => overwrite.has(path) && action !== 'same' && action !== 'blocked')
        .map(({ path, before }) => [path, before?.what ?? 'absent']),
    ),
    pending: survey.pending,
  };
}

/** A path as the tree has it, however a person wrote it. */
export const below = (path: string, root: string): string =>
  path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path;

export const differs = ({ entries, pending }: EtcPlan): boolean =>
  pending.length > 0 || entries.some(({ action }) => action !== 'same' && action !== 'left');

const nothing: SurveyedPath = { seen: null, wrote: null, original: null, unfit: null, taken: null };

function compareOne(
  path: string,
  { seen, wrote, original, unfit, taken }: SurveyedPath,
  wanted: State | null,
  { accept, overwrite }: { readonly accept: ReadonlySet<string>; readonly overwrite: ReadonlySet<string> },
): EtcEntry {
  // What leaves the tree is again what it was before conc ever wrote there.
  const after = wanted ?? original;
  const entry = (action: EtcEntry['action'], why: string | null = null): EtcEntry => ({
    ...{ path, action, before: seen, after, why },
  });
  if (unfit !== null) return entry('blocked', unfit);
  if (taken !== null && wanted !== null) return entry('blocked', `belongs to ${taken}`);
  if (same(seen, after)) return entry('same');
  if (seen !== null && (seen.what === 'folder' || seen.what === 'other'))
    return entry('blocked', seen.what === 'folder' ? 'is a folder' : 'is no plain file');
  const free = wrote === null ? seen === null : same(seen, wrote);
  const why = free ? null : foreign(seen, wrote);
  if (why !== null && accept.has(path)) return entry('left', why);
  if (why !== null && !overwrite.has(path)) return entry('blocked', why);
  if (after === null) return entry('remove', why);
  if (wanted === null) return entry('restore', why);
  if (seen === null) return entry('add', why);
  return entry(seen.what === after.what ? 'mode' : 'change', why);
}

function foreign(seen: State | null, wrote: State | null): string {
  if (wrote === null) return 'is there, and conc did not write it';
  if (seen === null) return 'was removed by hand';
  if (seen.what.startsWith('unreadable:')) return 'was changed by hand, and only root may read it';
  return seen.what === wrote.what
    ? `has another mode or owner than conc gave it: ${rights(seen)} instead of ${rights(wrote)}`
    : 'was changed by hand since conc wrote it';
}

export const rights = ({ mode, owner, group }: State): string => [mode, owner, group].filter(Boolean).join(' ');

function stateOf(file: WantedFile, { owner, group }: EtcSurvey): State {
  if (file.kind === 'link') return { what: `link:${file.target}`, mode: null, owner: null, group: null };
  return {
    ...{ what: `sha256:${file.sha256}`, mode: file.mode },
    ...{ owner: file.owner ?? owner, group: file.group ?? group },
  };
}

const same = (a: State | null, b: State | null): boolean =>
  a === null || b === null
    ? a === b
    : a.what === b.what && a.mode === b.mode && a.owner === b.owner && a.group === b.group;
