import type { ConcEvent, Emit } from './events.ts';

/**
 * For nodes that are changed at the same time: the first is told job by job; of every other one its end, and with it, in one
 * piece, what went badly. In between the live line names what began last.
 */
export function tellTogether(tell: Emit): Emit {
  const held = new Map<string, ConcEvent[]>();
  const asked = new Set<string>();
  let first: string | undefined;
  return (event) => {
    if (!('node' in event)) return tell(event);
    first ??= event.node;
    if (event.event === 'asked') {
      // To every node at once, and said once.
      const wish = `${event.what} ${event.by}`;
      if (!asked.has(wish)) tell(event);
      asked.add(wish);
    } else if (event.node === first) tell(event);
    else if (event.event === 'start') tell({ ...event, job: `${event.node} ${event.job}` });
    else if (event.event === 'node') {
      for (const earlier of held.get(event.node) ?? []) tell(earlier);
      held.delete(event.node);
      tell(event);
    } else if (isWorthTelling(event)) held.set(event.node, [...(held.get(event.node) ?? []), event]);
    else if (event.event === 'log') tell(event);
  };
}

const isWorthTelling = (event: ConcEvent): boolean =>
  event.event === 'undo' ||
  event.event === 'former' ||
  (event.event === 'done' && event.status !== 'OK' && event.status !== 'STOPPED');
