const UNITS: Readonly<Record<string, number>> = { "": 1, k: 1e3, M: 1e6, G: 1e9 };

/** Less would not carry a nomination and a call. */
const LEAST = 10_000;
/** More than any machine here sends. */
const MOST = 1e12;

/** Reads "500k", "10M", "1.5G" or a plain number as bits a second, 10,000 to 10^12; null for anything else. */
export function parseRate(text: string): number | null {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)([kMG]?)(?:bit)?(?:\/s)?$/.exec(text) ?? [];
  if (amount === undefined || unit === undefined) return null;
  const bitsPerSecond = Number(amount) * (UNITS[unit] ?? 1);
  return bitsPerSecond >= LEAST && bitsPerSecond <= MOST ? bitsPerSecond : null;
}
