/** A line of a table: values by heading, with their units in the headings. */
export type Row = Readonly<Record<string, string | number>>;

/** What a benchmark measured. */
export interface Table {
  readonly title: string;
  /** What the figures have to be, where something is wanted of them. */
  readonly wanted?: string;
  readonly rows: readonly Row[];
}

export interface Bench {
  readonly name: string;
  /** What it takes and has to be built for is said in the README. */
  run(): AsyncIterable<Table> | Iterable<Table>;
}

/** The value below which a share of the values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Three digits that mean something; whole numbers stay whole. */
export function shorten(value: number): number {
  return Number.isInteger(value) || Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}
