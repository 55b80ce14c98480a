import { describe, expect, test } from "vitest";
import { BINDING_TABLE, type BindingPhase, type BindingSignal } from "../src/core.js";
import { A, A2, B } from "./desk.js";
import { SessionDesk, ToyRun } from "./session-desk.js";

const C = "203.0.113.3:5000";

/** Ann, whose cells they are, and those who make things happen to her. */
interface Cast {
  readonly desk: SessionDesk;
  readonly ann: ToyRun;
}

type Step = (cast: Cast) => void;

const joins = (name: string, from: string, features = 0): Step => {
  return ({ desk }) => void new ToyRun(desk, { name, from, features }).join();
};
const nothing: Step = () => {};
const annJoins: Step = ({ ann }) => void ann.join();
const othersJoin: Step = (cast) => {
  joins("bob", B)(cast);
  joins("cat", C)(cast);
};
/** With a cookie for where she is now, which may be too old. */
const annAnnounces: Step = ({ ann }) => void ann.announce();
const annHasNoCookie: Step = ({ ann }) => void ann.announce({ cookie: new Uint8Array(16) });
const annIsElsewhere: Step = ({ ann }) => {
  ann.from = A2;
};
const annGetsCookie: Step = ({ desk, ann }) => {
  ann.announce({ cookie: new Uint8Array(16) });
  desk.sent.length = 0;
};
const later =
  (ms: number): Step =>
  ({ desk }) =>
    void desk.until(desk.now + ms);

/** The steps that lead into a phase, and then to a signal. `null`: nothing leads there. */
const WALK: Record<BindingPhase, { come: readonly Step[]; on: Record<BindingSignal, readonly Step[] | null> }> = {
  absent: {
    come: [],
    on: {
      unproved: [annHasNoCookie],
      admitted: [annGetsCookie, annAnnounces],
      refused: [othersJoin, annGetsCookie, annAnnounces],
      parted: [({ ann }) => void ann.bye()],
      supplanted: [joins("ann2", A)],
      unanswered: null,
      timedOut: [later(100_000)],
    },
  },
  bound: {
    come: [annJoins],
    on: {
      unproved: [annIsElsewhere, annHasNoCookie],
      admitted: [annAnnounces],
      // Whoever has a place is not asked to make room for others.
      refused: null,
      parted: [({ ann }) => void ann.bye()],
      supplanted: [joins("ann2", A)],
      unanswered: [joins("bob", B), later(1_000), joins("cat", C), later(10_000)],
      timedOut: [later(60_000)],
    },
  },
  full: {
    come: [othersJoin, annJoins],
    on: {
      unproved: [annHasNoCookie],
      admitted: [later(11_000), annGetsCookie, annAnnounces],
      refused: [annAnnounces],
      parted: [({ ann }) => void ann.bye()],
      supplanted: null,
      unanswered: null,
      timedOut: [later(50_000)],
    },
  },
  replaced: {
    come: [annJoins, joins("ann2", A)],
    on: {
      unproved: [annIsElsewhere, annHasNoCookie],
      admitted: [annIsElsewhere, annGetsCookie, annAnnounces],
      refused: [annIsElsewhere, joins("bob", B), annGetsCookie, annAnnounces],
      parted: null,
      supplanted: null,
      unanswered: null,
      timedOut: [later(40_000)],
    },
  },
  left: {
    come: [annJoins, ({ ann }) => void ann.bye()],
    on: {
      unproved: [annHasNoCookie],
      admitted: [annAnnounces],
      refused: [othersJoin, annAnnounces],
      parted: [({ ann }) => void ann.bye()],
      supplanted: [joins("ann2", A)],
      unanswered: null,
      timedOut: [later(40_000)],
    },
  },
};

/** Ann's phase as it shows: by the reports, and by what is counted. */
function phaseOf({ desk }: Cast, mine: readonly string[]): string {
  const last = mine.at(-1) ?? "absent";
  return last !== "absent" && desk.stats.bound + desk.stats.remembered === 0 ? "absent" : last;
}

const phases = Object.keys(BINDING_TABLE) as BindingPhase[];
const signals = Object.keys(BINDING_TABLE.absent) as BindingSignal[];

describe("a walk through the binding's table", () => {
  test("it has 5 phases and 7 signals", () => {
    expect([phases.length, signals.length]).toEqual([5, 7]);
  });

  for (const phase of phases) {
    for (const signal of signals) {
      const way = WALK[phase].on[signal];
      const next = BINDING_TABLE[phase][signal];
      if (way === null) {
        test(`nothing leads to ${signal} while ${phase}, and it would do no harm`, () => {
          expect(next.phase === "absent" || next.phase !== "bound" || phase === "bound").toBe(true);
        });
        continue;
      }
      test(`${phase} on ${signal}: ${next.phase}, ${next.reply}`, () => {
        const desk = new SessionDesk();
        const cast = { desk, ann: new ToyRun(desk, { name: "ann", from: A }) };
        const run = Buffer.from(cast.ann.id).toString("hex");
        const mine: string[] = [];
        const take = () => {
          for (const event of desk.takeEvents()) {
            if (!("run" in event) || event.run !== run) continue;
            const gone = {
              left: "left",
              met: "left",
              replaced: "replaced",
              unanswered: "full",
              silent: "absent",
            } as const;
            mine.push(event.type === "unbound" ? gone[event.why] : event.type);
          }
        };
        for (const step of [...WALK[phase].come, ...way.slice(0, -1)]) step(cast);
        take();
        desk.sent.length = 0;
        (way.at(-1) ?? nothing)(cast);
        take();
        const replies = desk.sent.filter(
          ({ to, frame }) => to === cast.ann.from && Buffer.from(frame.id).toString("hex") === run,
        );
        const [reply] = replies
          .map(({ frame }) => frame)
          .filter((frame) => frame.type === "challenge" || (frame.type === "info" && frame.cause === "answer"));
        expect(reply?.type ?? "silence").toBe(next.reply);
        if (signal !== "timedOut" && phase !== "full") expect(phaseOf(cast, mine)).toBe(next.phase);
      });
    }
  }
});
