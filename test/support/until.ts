const SECONDS = 120;

/** Asks until it is so; the limit only ends a test that would hang. */
export async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + SECONDS * 1000;
  while (!(await what())) {
    if (performance.now() > end) throw new Error(`it did not come to that in ${SECONDS} s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
