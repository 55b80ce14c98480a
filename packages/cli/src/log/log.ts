/** Lines like the original's: `2022/04/02 17:40:22.674964 [25400] [a] [info] write: "a" -> 127.0.0.1:7777`. */
export interface Log {
  info(text: string): void;
  error(text: string): void;
  /** The text of the last error; null: none yet. */
  readonly lastError: string | null;
}

export interface LogOptions {
  readonly write: (line: string) => void;
  readonly pid: number;
  /** A peer's slot or session; null for control. */
  readonly label: string | null;
  /** Milliseconds since 1970, with a fraction; default: this machine's clock. */
  readonly now?: () => number;
}

export function createLog({ write, pid, label, now = wallClock() }: LogOptions): Log {
  const who = label === null ? `[${pid}]` : `[${pid}] [${label}]`;
  const log = (level: string) => (text: string) => write(`${timestamp(now())} ${who} [${level}] ${text}`);
  const error = log("error");
  let lastError: string | null = null;
  return {
    info: log("info"),
    error: (text) => {
      lastError = text;
      error(text);
    },
    get lastError() {
      return lastError;
    },
  };
}

/** A log that nobody reads. */
export const NO_LOG: Log = { info: () => {}, error: () => {}, lastError: null };

/** Local time with microseconds, as Go's `log.LstdFlags | log.Lmicroseconds` has it. */
export function timestamp(atMs: number): string {
  const at = new Date(atMs);
  const two = (value: number) => String(value).padStart(2, "0");
  const microseconds = String(Math.floor((atMs % 1000) * 1000)).padStart(6, "0");
  const date = `${at.getFullYear()}/${two(at.getMonth() + 1)}/${two(at.getDate())}`;
  return `${date} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${microseconds}`;
}

/** chosen: `Date.now()` counts whole milliseconds, so the two clocks differ by up to one without any drift. */
const DRIFT_MS = 2;

/** The time of day with the resolution of the monotonic clock, set again whenever the system's clock is. */
export function wallClock(): () => number {
  let offsetMs = performance.timeOrigin;
  return () => {
    const at = offsetMs + performance.now();
    const driftMs = Date.now() - at;
    if (Math.abs(driftMs) < DRIFT_MS) return at;
    offsetMs += driftMs;
    return at + driftMs;
  };
}
