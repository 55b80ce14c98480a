import type { Choices } from "../run/choices.js";
import { type Sample, work } from "./grid.js";
import { outcomeOf } from "./outcome.js";

/** What the page asks of the worker: all pairs, under the given links, for so many seeds. */
export interface GridRequest {
  readonly base: Choices;
  readonly seeds: number;
}

/** chosen: often enough to look alive, seldom enough to leave the page its frames. */
const TELL_EVERY_MS = 60;

self.onmessage = ({ data }: MessageEvent<GridRequest>) => {
  let samples: Sample[] = [];
  let toldAt = performance.now();
  for (const choices of work(data.base, data.seeds)) {
    const { protocol, a, b, seed, bStartsAtMs } = choices;
    samples.push({ protocol, a: a.place, b: b.place, seed, bStartsAtMs, tookMs: outcomeOf(choices) });
    if (performance.now() - toldAt < TELL_EVERY_MS) continue;
    self.postMessage(samples);
    samples = [];
    toldAt = performance.now();
  }
  self.postMessage(samples);
  self.postMessage("done");
};
