import type { Control } from '../deploy/drive.ts';

type Listener = Parameters<Control['subscribe']>[0];

/**
 * Ctrl-C, SIGTERM and SIGHUP as wishes to a running change: the first halts after the running job, the second ends the job,
 * the third leaves at once. Where nothing is under way on a node, the first does.
 */
export function signalControl(leave: (by: string, underWay: boolean) => never): Control & Disposable {
  const listeners = new Set<Listener>();
  let asked = 0;
  const onSignal = (signal: NodeJS.Signals): void => {
    asked += 1;
    const what = (['halt', 'cancel'] as const)[asked - 1] ?? 'leave';
    const by = signal === 'SIGINT' ? 'Ctrl-C' : signal;
    for (const listener of listeners) listener(what, by);
    if (listeners.size === 0 || what === 'leave') leave(by, listeners.size > 0);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, onSignal);
  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    [Symbol.dispose]() {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}
