import { describe, expect, it } from "vitest";
import { BETWEEN_TABLE, END_TABLE, type EndPhase, type EndSignal } from "../src/core.js";
import { A, A2 } from "./desk.js";
import { data, ping, type RelayDesk, RelayRun, relayed } from "./relay-desk.js";

const PHASES = Object.keys(END_TABLE) as EndPhase[];

/** What ann's end of the relay passes on, and so in which phase it must be, as bob's is chosen. */
function phaseOf(desk: RelayDesk, from: string): EndPhase {
  const passesData = desk.passes(data(9), from) !== null;
  const passesFrames = desk.passes(ping(), from) !== null;
  const isReleased = desk.core.keptEnds().some(({ address, port }) => `${address}:${port}` === from);
  if (isReleased) return "released";
  if (passesData) return "chosen";
  return passesFrames ? "wanting" : "absent";
}

type Pair = ReturnType<typeof relayed>;

/** How each signal comes about, for an end of ann's in the given phase. */
const ways: Record<EndSignal, (pair: Pair) => void> = {
  want: ({ ann }) => ann.relay("want", "bob"),
  choose: ({ ann }) => ann.relay("chosen", "bob"),
  release: ({ ann }) => ann.relay("released", "bob"),
  moved: ({ ann }) => {
    ann.from = A2;
    ann.announce().announce();
  },
  unbound: ({ ann }) => ann.bye(),
  claimed: ({ desk }) => new RelayRun(desk, { session: "another", name: "next", from: A }).announce().announce(),
  idle: ({ desk }) => desk.until(desk.now + 70_000),
  deserted: ({ bob }) => bob.bye(),
};

describe("an end of the relay whose partner has chosen it", () => {
  const cells = (["wanting", "chosen", "released"] as const).flatMap((phase) =>
    (Object.keys(ways) as EndSignal[]).map((signal) => ({ phase, signal })),
  );

  it.each(cells)("$phase: $signal", ({ phase, signal }) => {
    const pair = relayed(phase, "chosen");
    const { desk, ann } = pair;
    ways[signal](pair);
    const { [signal]: expected } = END_TABLE[phase];
    // What would be a release before data passes is a choice.
    const isEarly = signal === "release" && phase === "wanting";
    // A run that is bound no more says nothing that counts.
    expect(phaseOf(desk, ann.from)).toBe(
      isEarly ? "chosen" : signal === "moved" && phase === "released" ? "absent" : expected,
    );
    if (signal === "moved" && phase === "released") expect(phaseOf(desk, A)).toBe("released");
  });
});

describe("what stands between two ends", () => {
  const both = PHASES.flatMap((mine) => PHASES.map((theirs) => ({ mine, theirs })));

  it.each(both)(
    "$mine, $theirs: nothing passes that could not pass back, but from a released end nothing is refused",
    ({ mine, theirs }) => {
      const [there, back] = [BETWEEN_TABLE[mine][theirs], BETWEEN_TABLE[theirs][mine]];
      expect(there.passes).toBe(back.passes);
      const chose = (phase: EndPhase) => phase === "chosen" || phase === "released";
      expect(there.passes === "everything").toBe(chose(mine) && chose(theirs));
      expect(there.state === "carrying").toBe(mine === "chosen" && chose(theirs));
      expect(there.state === "released").toBe(mine === "released");
      if (mine === "absent" || theirs === "absent") expect(there.passes).toBe("nothing");
    },
  );
});
