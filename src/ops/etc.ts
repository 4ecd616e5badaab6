import { rights } from '../etc/compare.ts';
import { CRONTAB, placeIn } from '../etc/crontab.ts';
import type { EtcEntry, SurveyedPath } from '../etc/types.ts';
import { quote } from './shell.ts';
import type { Change, Effect, EtcChange, Op } from './types.ts';

/** Brings the release's files to the machine's configuration, and takes away those that are in the tree no more. */
export const etc: Op = {
  name: 'etc',
  request: ({ etc: tree, release }) => ({
    app: release.app,
    sudo: tree?.plan.sudo ?? false,
    sudoCommands: [...(tree?.plan.sudoCommands ?? [])],
    leave: [...(tree?.plan.leave ?? [])],
    overwrite: { ...tree?.plan.overwrite },
  }),
  sudo: ({ etc: tree }) => tree?.plan.sudo ?? false,
  sudoCommands: ({ etc: tree }) => tree?.plan.sudoCommands ?? [],
  changes: ({ etc: tree }) => (tree === undefined ? [] : tree.plan.entries.flatMap((entry) => effectOf(entry, tree))),
  byHand: (change) => lines(change, (entry, place, kept) => typed(entry, place, kept)),
  putBack: (change) =>
    lines(change, ({ before }, place) =>
      before === null ? [`rm ${place}`] : [`# ${place} as it was: conc keeps it until the change is over`],
    ),
};

function effectOf(entry: EtcEntry, { plan, survey }: EtcChange): Effect[] {
  const path = placeIn(plan.root, entry.path);
  const found = survey.paths[entry.path];
  const note = entry.why === null ? null : `${entry.why}, and is ${entry.action === 'remove' ? 'removed' : 'replaced'}`;
  switch (entry.action) {
    case 'same':
      return [];
    case 'left':
      return [{ kind: 'notice', text: `leaves ${path}: it ${entry.why}`, ...edited(found) }];
    case 'blocked':
      return [{ kind: 'notice', text: `BLOCKED: ${path} ${entry.why}`, ...edited(found) }];
    case 'remove':
      return [{ kind: 'file', path, action: 'remove', ...noted(note) }];
    case 'restore':
      return [{ kind: 'file', path, action: 'change', note: 'as it was before conc wrote it' }];
    default:
      return [
        {
          ...{ kind: 'file', path, action: entry.action === 'add' ? 'add' : 'change' },
          ...noted([note, about(entry)].filter(Boolean).join('; ') || null),
          ...(found?.diff ? { diff: found.diff } : {}),
        },
      ];
  }
}

/** Three ways: what someone made of what conc wrote, and what is wanted instead. */
const edited = (found: SurveyedPath | undefined): { diff?: readonly string[] } => {
  const parts = [...titled('since conc wrote it:', found?.edited), ...titled('to what is wanted:', found?.diff)];
  return parts.length === 0 ? {} : { diff: parts };
};

const titled = (title: string, diff: readonly string[] | null | undefined): readonly string[] =>
  diff === null || diff === undefined || diff.length === 0 ? [] : [title, ...diff];

function about({ action, before, after }: EtcEntry): string {
  if (after === null) return '';
  if (after.mode === null) return `a link to ${after.what.slice('link:'.length)}`;
  if (action === 'add') return rights(after);
  return before !== null && rights(before) === rights(after)
    ? ''
    : `${before ? rights(before) : 'nothing'} → ${rights(after)}`;
}

const noted = (note: string | null): { note?: string } => (note === null || note === '' ? {} : { note });

function lines(
  { etc: tree, survey, release }: Change,
  of: (entry: EtcEntry, place: string, kept: string) => readonly string[],
): string[] {
  if (tree === undefined) return [];
  const { root, entries, sudo } = tree.plan;
  const changing = entries.filter(({ action }) => !['same', 'left', 'blocked'].includes(action));
  const edit = `crontab -e   # the lines between # conc ${survey.root}, as in ${survey.root}/releases/${release.id}/etc.json`;
  const kept = `${survey.root}/releases/${release.id}/etc.json`;
  return changing
    .flatMap((entry) => (entry.path === CRONTAB ? [edit] : of(entry, quote(`${root}/${entry.path}`), kept)))
    .map((line) => (sudo && !line.startsWith('#') && line !== edit ? `sudo ${line}` : line));
}

function typed({ path, action, after }: EtcEntry, place: string, kept: string): string[] {
  if (action === 'restore') return [`# ${place} as it was before conc wrote it: conc keeps that`];
  if (after === null) return [`rm ${place}`];
  if (after.mode === null) return [`ln -sfn ${quote(after.what.slice('link:'.length))} ${place}`];
  const { mode, owner, group } = after;
  return [`install -D -m ${mode} -o ${owner} -g ${group} ${quote(path)} ${place}   # its text is in ${kept}`];
}
