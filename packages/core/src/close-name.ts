/** The known name that this one may be meant to be; null where none is like it. */
export function closeName(name: string, known: readonly string[]): string | null {
  const close = known
    .map((one) => ({ one, edits: editsBetween(name.toLowerCase(), one.toLowerCase()) }))
    .filter(({ edits }) => edits <= Math.max(1, Math.floor(name.length / 2)) && edits <= EDITS_MAX)
    .sort((left, right) => left.edits - right.edits);
  return close[0]?.one ?? null;
}

const EDITS_MAX = 3;

/** Letters to insert, delete or replace. */
function editsBetween(left: string, right: string): number {
  let before = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (const [row, letter] of [...left].entries()) {
    const line = [row + 1];
    for (let column = 1; column <= right.length; column += 1) {
      const [above = 0, diagonal = 0, beside = 0] = [before[column], before[column - 1], line[column - 1]];
      line.push(Math.min(above + 1, beside + 1, diagonal + (right[column - 1] === letter ? 0 : 1)));
    }
    before = line;
  }
  return before[right.length] ?? 0;
}
