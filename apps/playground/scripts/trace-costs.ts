/** An event of a Chromium trace; `dur` and `tdur` are in microseconds of the clock and of the processor. */
export interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

export interface Costs {
  readonly frames: number;
  readonly perFrameMs: readonly (readonly [string, number])[];
}

/** Parts of the main thread's work, by the events that hold it. */
const PARTS = [
  ["main thread: script, with the dots' pixels", ["FunctionCall", "EvaluateScript"]],
  ["main thread: style and layout", ["UpdateLayoutTree", "Layout"]],
  ["main thread: paint and layers", ["PrePaint", "Paint", "Layerize", "Commit"]],
] as const;

/** The threads that take part in a frame. */
const THREADS = [
  ["main thread, all", "Renderer", "CrRendererMain"],
  ["raster", "Renderer", "ThreadPoolForegroundWorker"],
  ["compositor", "Renderer", "Compositor"],
  ["display, as there is no graphics card", "GPU Process", "VizCompositorThread"],
] as const;

/** What each frame takes of each thread, from a trace of "devtools.timeline", "toplevel" and "benchmark". */
export function costsOf(events: readonly TraceEvent[]): Costs {
  const frames = events.filter(({ name }) => name === "FireAnimationFrame").length;
  const named = (kind: string) =>
    new Map(
      events
        .filter(({ name }) => name === kind)
        .map(({ pid, tid, args }) => [kind === "process_name" ? `${pid}` : `${pid} ${tid}`, args.name ?? ""]),
    );
  const [processes, threads] = [named("process_name"), named("thread_name")];
  const of = (process: string, thread: string) =>
    events.filter(
      ({ ph, pid, tid }) =>
        ph === "X" && processes.get(`${pid}`) === process && threads.get(`${pid} ${tid}`) === thread,
    );
  const perFrame = (some: readonly TraceEvent[]) =>
    outermost(some).reduce((sum, { tdur = 0 }) => sum + tdur, 0) / 1000 / frames;
  const main = of("Renderer", "CrRendererMain");
  return {
    frames,
    perFrameMs: [
      ...THREADS.map(([title, process, thread]) => [title, perFrame(of(process, thread))] as const),
      ...PARTS.map(([title, names]) => {
        const wanted: readonly string[] = names;
        return [title, perFrame(main.filter(({ name }) => wanted.includes(name)))] as const;
      }),
    ],
  };
}

/** Those that are inside no other one of the same thread. */
function outermost(events: readonly TraceEvent[]): readonly TraceEvent[] {
  const untils = new Map<string, number>();
  return events
    .toSorted((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0))
    .filter(({ pid, tid, ts, dur = 0 }) => {
      const thread = `${pid} ${tid}`;
      if (ts < (untils.get(thread) ?? 0)) return false;
      untils.set(thread, ts + dur);
      return true;
    });
}
