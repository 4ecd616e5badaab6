/** Does something with each item, a few at a time; results in order. The first failure is thrown. */
export async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>, most = 6): Promise<R[]> {
  const results: R[] = [];
  const waiting = items.entries();
  const worker = async (): Promise<void> => {
    for (const [at, item] of waiting) results[at] = await work(item);
  };
  await Promise.all(Array.from({ length: most }, worker));
  return results;
}
