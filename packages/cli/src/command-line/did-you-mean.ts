/** A mistyped word is far from what was meant by a slip or two, and by no more than a third of its letters. */
const farthest = (word: string): number => Math.max(1, Math.min(2, Math.floor(word.length / 3)));

/** The word that was probably meant: the nearest of those that are known; null where none is near. */
export function nearest(word: string, known: readonly string[]): string | null {
  const [best] = known
    .map((each) => ({ each, slips: distance(word.toLowerCase(), each.toLowerCase()) }))
    .filter(({ slips }) => slips <= farthest(word))
    .toSorted((a, b) => a.slips - b.slips);
  return best?.each ?? null;
}

/** The end of an error: ` (did you mean "control"?)`; "" where nothing is near. */
export function didYouMean(word: string, known: readonly string[], write = (each: string) => `"${each}"`): string {
  const meant = nearest(word, known);
  return meant === null ? "" : ` (did you mean ${write(meant)}?)`;
}

/** How many letters are missing, too many, wrong or swapped with the next one (optimal string alignment distance). */
function distance(a: string, b: string): number {
  // Nothing so long is near; and a word of a megabyte must not take a minute.
  if (Math.abs(a.length - b.length) > 2) return Number.POSITIVE_INFINITY;
  let before: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      next[j] = Math.min(
        (next[j - 1] ?? 0) + 1,
        (row[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + same,
        isSwapped ? (before[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
