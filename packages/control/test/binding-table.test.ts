import { v2 } from "@netpunch/wire";
import { describe, expect, test } from "vitest";
import { BINDING_TABLE, type BindingPhase, type BindingSignal } from "../src/core.js";
import type { Binding } from "../src/v2/binding.js";
import { REMEMBER_MS } from "../src/v2/pace.js";
import { Sessions } from "../src/v2/sessions.js";
import { NO_V1 } from "../src/v2/v1-neighbour.js";
import { A, A2, B } from "./desk.js";
import { idOf, SessionDesk, sidOf, ToyRun } from "./session-desk.js";

const C = "203.0.113.3:5000";

const phases = Object.keys(BINDING_TABLE) as BindingPhase[];
const signals = Object.keys(BINDING_TABLE.absent) as BindingSignal[];
const cells = phases.flatMap((phase) =>
  signals.map((signal) => ({ phase, signal, next: BINDING_TABLE[phase][signal] })),
);

test("the table has 5 phases and 6 signals", () => {
  expect([phases.length, signals.length]).toEqual([5, 6]);
});

describe("applied to one binding beside another, each cell leaves the whole state right", () => {
  /** The signals that lead from a new record into a phase. */
  const COME: Record<BindingPhase, readonly BindingSignal[]> = {
    absent: [],
    bound: ["admitted"],
    full: ["refused"],
    replaced: ["admitted", "supplanted"],
    left: ["admitted", "parted"],
  };

  /** All that can be asked about the two. */
  function stateOf(sessions: Sessions, binding: Binding) {
    const isKnown = sessions.index.find(binding.sid, binding.id) !== null;
    return {
      phase: binding.phase,
      isKnown,
      size: sessions.index.size,
      bound: sessions.bound,
      holders: sessions.index.bound(sidOf("home")).map(({ id }) => new TextDecoder().decode(id).slice(0, 3)),
    };
  }

  test.each(cells)("$phase on $signal: $next", ({ phase, signal, next }) => {
    const sessions = new Sessions(4, 1, NO_V1);
    const other = sessions.index.add(sidOf("home"), idOf("bob"), "any");
    sessions.signal(other, "admitted", 0);
    const ann = sessions.index.add(sidOf("home"), idOf("ann"), "any");
    for (const each of COME[phase]) sessions.signal(ann, each, 0);
    expect(ann.phase).toBe(phase);
    if (next === "never") {
      const before = stateOf(sessions, ann);
      expect(() => sessions.signal(ann, signal, 1_000)).toThrow(`"${signal}" came to a binding that is ${phase}`);
      expect(stateOf(sessions, ann), "and nothing has changed").toEqual(before);
      return;
    }
    sessions.signal(ann, signal, 1_000);
    const isBound = next === "bound";
    expect(stateOf(sessions, ann)).toEqual({
      phase: next,
      isKnown: next !== "absent",
      size: next === "absent" ? 1 : 2,
      bound: isBound ? 2 : 1,
      holders: isBound ? ["ann", "bob"] : ["bob"],
    });
    // It is forgotten after the time of its new phase, and not before.
    if (next === "absent") return;
    sessions.keep(other, 100_000);
    const endsAt = 1_000 + REMEMBER_MS[next];
    expect(sessions.takeExpired(endsAt - 1)).toBeNull();
    expect(sessions.takeExpired(endsAt)?.row).toBe(ann.row);
  });
});

/** Ann, whose cells they are, and those who make things happen to her. */
interface Cast {
  readonly desk: SessionDesk;
  readonly ann: ToyRun;
}

type Step = (cast: Cast) => void;

const joins = (name: string, from: string): Step => {
  return ({ desk }) => void new ToyRun(desk, { name, from }).join();
};
const annJoins: Step = ({ ann }) => void ann.join();
const othersJoin: Step = (cast) => {
  joins("bob", B)(cast);
  joins("cat", C)(cast);
};
const annAnnounces: Step = ({ ann }) => void ann.announce();
const annLeaves: Step = ({ ann }) => void ann.bye();
const annIsElsewhere: Step = ({ ann }) => {
  ann.from = A2;
};
const annGetsCookie: Step = ({ ann }) => void ann.announce({ cookie: new Uint8Array(v2.COOKIE_BYTES) });
const later =
  (ms: number): Step =>
  ({ desk }) =>
    void desk.until(desk.now + ms);

/** The steps that lead into a phase, and then to each signal that comes there. */
const WALK: Record<BindingPhase, { come: readonly Step[]; on: Partial<Record<BindingSignal, readonly Step[]>> }> = {
  absent: {
    come: [],
    on: { admitted: [annGetsCookie, annAnnounces], refused: [othersJoin, annGetsCookie, annAnnounces] },
  },
  bound: {
    come: [annJoins],
    on: {
      admitted: [annAnnounces],
      parted: [annLeaves],
      supplanted: [joins("ann2", A)],
      unanswered: [joins("bob", B), later(1_000), joins("cat", C), later(10_000)],
      timedOut: [later(60_000)],
    },
  },
  full: {
    come: [othersJoin, annJoins],
    on: {
      admitted: [later(11_000), annGetsCookie, annAnnounces],
      refused: [annAnnounces],
      parted: [annLeaves],
      timedOut: [later(50_000)],
    },
  },
  replaced: {
    come: [annJoins, joins("ann2", A)],
    on: {
      admitted: [annIsElsewhere, annGetsCookie, annAnnounces],
      refused: [annIsElsewhere, joins("bob", B), annGetsCookie, annAnnounces],
      timedOut: [later(40_000)],
    },
  },
  left: {
    come: [annJoins, annLeaves],
    on: {
      admitted: [annGetsCookie, annAnnounces],
      refused: [othersJoin, annGetsCookie, annAnnounces],
      parted: [annLeaves],
      timedOut: [later(40_000)],
    },
  },
};

/** What is counted where a run's end is not told: of it and of the others that its way needs. */
function books(phase: BindingPhase, next: BindingPhase) {
  if (next === "left") return { bound: 2, remembered: 1, byes: 1 };
  // On a replaced one's address another run lives on.
  return { bound: phase === "replaced" ? 1 : 0, remembered: 0 };
}

describe("walked through from outside", () => {
  test("every cell that is not never has a way, and no other one has", () => {
    const walked = cells.filter(({ phase, signal }) => WALK[phase].on[signal] !== undefined);
    expect(walked).toEqual(cells.filter(({ next }) => next !== "never"));
  });

  for (const { phase, signal, next } of cells) {
    const way = WALK[phase].on[signal];
    if (way === undefined) continue;
    test(`${phase} on ${signal}: ${next}`, () => {
      const desk = new SessionDesk();
      const cast = { desk, ann: new ToyRun(desk, { name: "ann", from: A }) };
      const run = v2.formatId(cast.ann.id);
      let phaseTold: BindingPhase = "absent";
      const take = () => {
        for (const event of desk.takeEvents()) {
          if (event.type !== "bound" && event.type !== "full" && event.type !== "unbound") continue;
          if (event.run !== run) continue;
          const gone = {
            left: "left",
            met: "left",
            replaced: "replaced",
            unanswered: "full",
            silent: "absent",
          } as const;
          phaseTold = event.type === "unbound" ? gone[event.why] : event.type;
        }
      };
      for (const step of [...WALK[phase].come, ...way.slice(0, -1)]) step(cast);
      take();
      desk.sent.length = 0;
      way.at(-1)?.(cast);
      take();
      const answer = desk.sent.find(
        ({ to, frame }) =>
          to === cast.ann.from && v2.formatId(frame.id) === run && (frame.type !== "info" || frame.cause === "answer"),
      );
      const isAnswered = signal === "admitted" || signal === "refused";
      expect(answer?.frame.type).toBe(isAnswered ? "info" : undefined);
      // What is forgotten without a place, and what leaves without one, is not told; it shows in the books.
      const isSaid = next !== "absent" && !(phase === "full" && next === "left");
      if (isSaid) expect(phaseTold).toBe(next);
      else expect(desk.stats).toMatchObject(books(phase, next));
    });
  }
});
