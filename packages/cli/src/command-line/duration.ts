const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** Longer timers fire at once in JavaScript (HTML standard, timers: a signed 32-bit number of milliseconds). */
const MAX_MS = 2_147_483_647;

/** What a duration may be, in an error's words. */
export const DURATION_RANGE = "from 1ms to 596h";

const SECONDS = /^\d+(\.\d+)?$/;
const WITH_UNITS = /^(\d+(\.\d+)?(ms|s|m|h))+$/;

/** Whether it is a duration at all, of whatever length. */
export function isDuration(text: string): boolean {
  return SECONDS.test(text) || WITH_UNITS.test(text);
}

/** Reads "30" (seconds), "30s", "500ms", "2m", "1h30m" as milliseconds, 1 to about 24 days; null for anything else. */
export function parseDurationMs(text: string): number | null {
  let ms = 0;
  if (SECONDS.test(text)) ms = Number(text) * 1000;
  else if (WITH_UNITS.test(text)) {
    for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) {
      ms += Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS];
    }
  }
  const rounded = Math.round(ms);
  return rounded >= 1 && rounded <= MAX_MS ? rounded : null;
}
