import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where a change stands, by its journal. `none`: there is no change. */
export type Phase = 'none' | 'before' | 'unit' | 'confirming' | 'undoing' | 'confirmed' | 'closing';

/** What a fault may fall into. */
export interface Standing {
  readonly phase: Phase;
  /** The last record in words: `intent install`, `done switch`, `open`. */
  readonly at: string;
}

interface Record {
  readonly record: string;
  readonly index?: number;
  readonly job?: string;
  readonly jobs?: readonly string[];
  readonly status?: string;
}

const NONE: Standing = { phase: 'none', at: 'no change' };

export function standing(root: string): Standing {
  let text: string;
  try {
    text = readFileSync(join(root, 'change/journal'), 'latin1');
  } catch {
    return NONE;
  }
  const records = text.split('\n').flatMap(parsed);
  const [open, ...rest] = records;
  if (open?.jobs === undefined) return NONE;
  const jobs = open.jobs;
  let phase: Phase = 'before';
  let at = 'open';
  for (const one of rest) {
    const job = jobs[one.index ?? -1] ?? '';
    at = `${one.record} ${job}`.trim();
    if (one.record === 'undo') phase = 'undoing';
    else if (one.record === 'closing') phase = 'closing';
    else if (one.record === 'intent' && job === 'switch') phase = 'unit';
    else if (one.record === 'intent' && job === 'confirm') phase = 'confirming';
    else if (one.record === 'done' && job === 'confirm') {
      phase = one.status === 'OK' || one.status === 'STOPPED' ? 'confirmed' : 'undoing';
    }
  }
  return { phase, at };
}

/** A record that is torn, or is being written, is left out. */
function parsed(line: string): Record[] {
  const text = line.split(' ').slice(2).join(' ');
  try {
    return text === '' ? [] : [JSON.parse(text)];
  } catch {
    return [];
  }
}
