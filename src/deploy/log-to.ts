import type { LogRecord } from '../gateway/types.ts';
import type { Emit } from '../report/events.ts';

/** A node's log as events. */
export const logTo =
  (emit: Emit, node: string) =>
  ({ level, name, message }: Pick<LogRecord, 'level' | 'name' | 'message'>): void => {
    emit({ time: new Date().toISOString(), node, event: 'log', level, host: node, name, message });
  };
