import { readLink } from "../src/link/link.js";
import { simulate } from "../src/run/simulate.js";
import { dotsAt, flightsOf } from "../src/scene/dots.js";
import { layOut } from "../src/scene/layout.js";

/** A run in which more than a thousand datagrams fly: each is doubled on each of eight links, and takes seconds. */
export const CROWD = "p=original&a=double-nat&b=double-nat&latency=1000&jitter=100&dup=100&limit=4";
/** From this share of its film to the end they do. */
export const CROWDED_FROM = 0.8;

/** How many fly at once in the crowded part, at least; the film is slow there, so that it is less of the run. */
export function fewestInCrowd(): number {
  const run = simulate(readLink(CROWD));
  const [flights, layout] = [flightsOf(run), layOut(run.nodes, "wide")];
  const shares = [0.93, 0.94, 0.95, 0.96, 0.97, 0.98, 0.99];
  return Math.min(...shares.map((share) => dotsAt(flights, layout, run.endsAt * share).length));
}
