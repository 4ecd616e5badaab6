import { z } from 'zod';
import type { NodeSettings } from '../config/types.ts';
import { type OpenOptions, withNode } from './open.ts';

/** One line that a process wrote. */
export interface LogLine {
  readonly node: string;
  /** `web`, or `web_1` of several. */
  readonly log: string;
  readonly line: string;
}

export interface LogWish {
  /** undefined: of every process. */
  readonly process: string | undefined;
  /** The last so many of each log. */
  readonly lines: number;
  /** Go on until `leave`. */
  readonly follow: boolean;
}

const message = z.object({ log: z.string(), line: z.string() });

/** Hands on each line of a node's logs, file after file, then as they come. */
export async function logsOf(
  settings: NodeSettings,
  { process, lines, follow }: LogWish,
  opening: OpenOptions,
  take: (line: LogLine) => void,
  leave: AbortSignal,
): Promise<void> {
  await withNode(settings, opening, async ({ session, survey }) => {
    const asked = { root: survey.root, lines, follow, ...(process === undefined ? {} : { process }) };
    const channel = session.call('logs', asked);
    const left = (): void => channel.cancel();
    leave.addEventListener('abort', left);
    try {
      for await (const item of channel) {
        const parsed = message.safeParse(item.kind === 'json' ? item.value : null);
        if (parsed.success) take({ node: settings.name, ...parsed.data });
      }
      if (!leave.aborted) await channel.reply;
    } finally {
      leave.removeEventListener('abort', left);
    }
  });
}

const STAMP = /(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d{1,6}))?(?: ?(Z|[+-]\d\d:?\d\d))?/;

/** When a line says that it was written, in ms since 1970; null: it doesn't. Without a zone: UTC. */
export function timeOf(line: string): number | null {
  const found = STAMP.exec(line.slice(0, 60));
  if (found === null) return null;
  const [, day, clock, fraction = '0', zone = 'Z'] = found;
  const offset = zone === 'Z' ? zone : `${zone.slice(0, 3)}:${zone.slice(-2)}`;
  const time = Date.parse(`${day}T${clock}.${fraction.padEnd(3, '0').slice(0, 3)}${offset}`);
  return Number.isNaN(time) ? null : time;
}

/** By time; a line without one stays behind the line that it follows in its log. */
export function byTime(lines: readonly LogLine[]): LogLine[] {
  const latest = new Map<string, number>();
  const timed = lines.map((each) => {
    const log = `${each.node}/${each.log}`;
    const time = Math.max(timeOf(each.line) ?? 0, latest.get(log) ?? 0);
    latest.set(log, time);
    return { each, time };
  });
  return timed.sort((one, other) => one.time - other.time).map(({ each }) => each);
}
