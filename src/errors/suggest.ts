/**
 * The known name that `wrong` was most likely meant to be, or undefined. Case is no difference.
 * `most` is how many single-character edits (a swap of neighbours is one) are still a misspelling.
 */
export function suggest(wrong: string, known: Iterable<string>, most = editsAllowed(wrong)): string | undefined {
  let best: string | undefined;
  let least = most + 1;
  for (const name of known) {
    if (Math.abs(name.length - wrong.length) >= least) continue;
    const edits = editDistance(wrong.toLowerCase(), name.toLowerCase());
    if (edits < least) [best, least] = [name, edits];
  }
  return best;
}

/** `Did you mean web1?`, or else the names themselves while they are few: `Nodes are: web1, web2`. */
export function didYouMean(wrong: string, known: readonly string[], what: string): string | undefined {
  const meant = suggest(wrong, known);
  if (meant !== undefined) return `Did you mean ${meant}?`;
  return listOf(known, what);
}

/** `Groups are: web, worker`; of many only the first few. */
export function listOf(known: readonly string[], what: string): string | undefined {
  if (known.length === 0) return undefined;
  const few = known.slice(0, 12);
  return `${what} are: ${few.join(', ')}${few.length < known.length ? `, and ${known.length - few.length} more` : ''}`;
}

/** One for each three characters: of shorter names nearly any other would be near. */
function editsAllowed(text: string): number {
  return Math.min(3, Math.floor(text.length / 3));
}

/** Optimal string alignment: insert, delete, replace, swap of two neighbours. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(at(above, j) + 1, at(row, j - 1) + 1, at(above, j - 1) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, at(before, j - 2) + 1);
      row.push(cost);
    }
    [before, above] = [above, row];
  }
  return at(above, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
