import type { Control } from '../deploy/drive.ts';

type Listener = (what: 'halt' | 'cancel', by: string) => void;

/** Ctrl-C, SIGTERM and SIGHUP as wishes to a running change: the first halts after the running job, the second ends the job. */
export function signalControl(leave: (signal: string) => never): Control & Disposable {
  const listeners = new Set<Listener>();
  let asked = 0;
  const onSignal = (signal: NodeJS.Signals): void => {
    asked += 1;
    // Nothing is under way on a node, or a person asked three times: leave at once.
    if (listeners.size === 0 || asked > 2) leave(signal);
    for (const listener of listeners)
      listener(asked === 1 ? 'halt' : 'cancel', signal === 'SIGINT' ? 'Ctrl-C' : signal);
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
