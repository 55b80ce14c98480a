/** The same pause, so many times in a row. */
export function times(count: number, ms: number): readonly number[] {
  return new Array<number>(count).fill(ms);
}
