import type { Bundle } from '../bundle/types.ts';
import { shownValue } from '../config/secret.ts';
import type { NodeSettings } from '../config/types.ts';
import { ConcError } from '../errors/conc-error.ts';
import type { ChangeRecord } from '../release/types.ts';

/** What a change that is to be gone on with pinned, and this side has otherwise; one sentence each. */
export function pinnedDifferences(
  change: ChangeRecord,
  { bundle, settings }: { readonly bundle: Bundle | null; readonly settings: NodeSettings },
): string[] {
  const other = bundle !== null && change.kind === 'deploy' && bundle.id !== change.bundle;
  return [
    ...(other ? [`it brings bundle ${change.bundle.slice(0, 8)}, and ${bundle.path} is ${bundle.id.slice(0, 8)}`] : []),
    ...attributeDifferences(change.attributes, settings.identity),
  ];
}

function attributeDifferences(pinned: ChangeRecord['attributes'], here: NodeSettings['identity']): string[] {
  if (pinned === null) return [];
  const keys = [...new Set([...Object.keys(pinned), ...Object.keys(here)])].filter((key) => pinned[key] !== here[key]);
  return keys.sort().map((key) => `${key} is ${told(key, pinned[key])} in it, and ${told(key, here[key])} in conc.ini`);
}

/** The change can't be gone on with from here: it would not bring what is here. */
export const otherThanPinned = (
  node: string,
  change: ChangeRecord,
  differences: readonly string[],
  hint: string,
): ConcError =>
  new ConcError({
    code: 'change.other',
    message: `the ${change.kind} of ${change.release} that was begun on ${node} is not what is here: ${differences.join('; ')}`,
    hint,
    state: 'nothing was changed',
    exit: 3,
  });

const told = (key: string, value: string | undefined): string =>
  value === undefined ? 'not set' : JSON.stringify(shownValue(key, value));
