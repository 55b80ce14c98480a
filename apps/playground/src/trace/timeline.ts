import type { Instant } from "@netpunch/simnet";

/** How something changes over time: each value holds from its instant until the next one's. */
export type Timeline<T> = readonly { readonly at: Instant; readonly value: T }[];

/** The index of the last entry at or before `at`; -1 where all come later. */
export function indexAt(entries: readonly { readonly at: Instant }[], at: Instant): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle]?.at ?? Number.POSITIVE_INFINITY) <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** What holds at an instant; before the first entry, that one. */
export function valueAt<T>(timeline: Timeline<T>, at: Instant): T {
  const entry = timeline[Math.max(0, indexAt(timeline, at))];
  if (entry === undefined) throw new RangeError('"timeline" expected at least one entry, got none');
  return entry.value;
}

/** Writes a timeline while a run goes on. */
export class Recorder<T> {
  readonly timeline: { at: Instant; value: T }[];

  constructor(first: T) {
    this.timeline = [{ at: 0, value: first }];
  }

  get latest(): T {
    return (this.timeline.at(-1) as { value: T }).value;
  }

  /** Of several values at one instant the last one counts. */
  set(at: Instant, value: T): void {
    const last = this.timeline.at(-1);
    if (last !== undefined && last.at === at) last.value = value;
    else this.timeline.push({ at, value });
  }
}
