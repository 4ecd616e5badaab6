/**
 * What is made of an agent's sources, for words that stand for it: made once and given to every session, as it is the same for
 * each node. It goes when the sources go.
 */
export function remembered<Sources extends object, Result>(
  make: (sources: Sources, names: readonly string[]) => Result,
): (sources: Sources, names: readonly string[]) => Result {
  const known = new WeakMap<Sources, Map<string, Result>>();
  return (sources, names) => {
    const results = known.get(sources) ?? new Map<string, Result>();
    known.set(sources, results);
    const key = names.join('\0');
    const result = results.get(key) ?? make(sources, names);
    results.set(key, result);
    return result;
  };
}
