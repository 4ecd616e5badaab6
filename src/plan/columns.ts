/** Columns that the names of jobs take: those of a sequence stand in one, unless one is far too long. */
export const nameWidth = (names: readonly string[]): number =>
  Math.max(11, ...names.map(({ length }) => length).filter((length) => length <= 32));
