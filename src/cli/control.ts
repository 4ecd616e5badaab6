import type { Control } from '../deploy/drive.ts';

type Listener = Parameters<Control['subscribe']>[0];

export interface SignalControl extends Control, Disposable {
  /** Which signal asked first or again; null: none came. */
  readonly halted: () => string | null;
}

/**
 * Ctrl-C, SIGTERM and SIGHUP as wishes to a running change: the first halts after the running job, the second ends the job,
 * the third leaves at once. Where nothing is under way on a node, the first does.
 * A change that begins only after that hears of it at once.
 */
export function signalControl(leave: (by: string, underWay: boolean) => never): SignalControl {
  const listeners = new Set<Listener>();
  let asked = 0;
  let last: Parameters<Listener> | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    asked += 1;
    const what = (['halt', 'cancel'] as const)[asked - 1] ?? 'leave';
    const by = signal === 'SIGINT' ? 'Ctrl-C' : signal;
    last = [what, by];
    for (const listener of listeners) listener(what, by);
    if (listeners.size === 0 || what === 'leave') leave(by, listeners.size > 0);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, onSignal);
  return {
    subscribe(listener) {
      listeners.add(listener);
      if (last !== undefined) listener(...last);
      return () => listeners.delete(listener);
    },
    halted: () => last?.[1] ?? null,
    [Symbol.dispose]() {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}
