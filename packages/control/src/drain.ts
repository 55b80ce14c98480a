/** As long as timers can be. */
const LONGEST_MS = 2 ** 31 - 1;
/** chosen: nobody waits long for nothing, and a look costs nothing. */
const LOOK_EVERY_MS = 100;

/** @throws RangeError for a time that cannot be waited. */
export function checkDrainTime(forMs: number): void {
  if (!(forMs >= 0 && forMs <= LONGEST_MS)) throw new RangeError(`"forMs" expected 0 to ${LONGEST_MS}, got ${forMs}`);
}

/** Resolves when nothing is left to wait for, when the time is over, or when `ended` settles. */
export async function untilNone(left: () => number, forMs: number, ended: Promise<void>): Promise<void> {
  let hasEnded = false;
  const end = ended
    .catch(() => {})
    .then(() => {
      hasEnded = true;
    });
  const until = performance.now() + forMs;
  for (let leftMs = forMs; left() > 0 && leftMs > 0 && !hasEnded; leftMs = until - performance.now()) {
    await Promise.race([end, sleep(Math.min(LOOK_EVERY_MS, leftMs))]);
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
