import type { Emit } from '../report/events.ts';
import type { Told } from './messages.ts';

/** What the agent says of a running change, as an event. */
export function tell(message: Told, at: { readonly time: string; readonly node: string }, emit: Emit): void {
  if ('log' in message) emit({ ...message.log, node: at.node, event: 'log' });
  else if ('undo' in message) {
    const { undo: status, seconds, text, evidence } = message;
    emit({ ...at, event: 'undo', status, seconds, text, evidence });
  } else if ('progress' in message) {
    const { done, total, unit, text } = message.progress;
    emit({ ...at, event: 'progress', job: message.job, done, total, unit, ...(text === undefined ? {} : { text }) });
  } else if (message.state === 'start') {
    emit({ ...at, event: 'start', job: message.job, index: message.index });
  } else {
    const { job, index, status, seconds, text, evidence, hint } = message;
    emit({ ...at, event: 'done', job, index, status, seconds, text, evidence, ...(hint ? { hint } : {}) });
  }
}
