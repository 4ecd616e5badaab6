/** A signal ends the looking at something, and is no failure: `using leaving = leavingBySignal()`. */
export function leavingBySignal(): { readonly signal: AbortSignal } & Disposable {
  const leaving = new AbortController();
  const leave = (): void => leaving.abort();
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, leave);
  return {
    signal: leaving.signal,
    [Symbol.dispose]() {
      for (const signal of signals) process.off(signal, leave);
    },
  };
}
