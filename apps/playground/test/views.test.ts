import { describe, expect, it } from "vitest";
import { createFilm } from "../src/film/film.js";
import { advance, neighbour } from "../src/film/player.js";
import { type Choices, DEFAULT_CHOICES, withPlace } from "../src/run/choices.js";
import type { Run } from "../src/run/run.js";
import { simulate } from "../src/run/simulate.js";
import { crossesOf, dotNear, dotsAt, epitaphOf, flightsOf, gravesAt, pathOf } from "../src/scene/dots.js";
import { holePath, layOut } from "../src/scene/layout.js";
import { arrowsBetween, drawSequence } from "../src/sequence/sequence.js";
import type { Journey } from "../src/trace/journey.js";
import { goneAt } from "../src/trace/messages.js";
import { newest, storyOf } from "../src/trace/story.js";
import { Recorder, valueAt } from "../src/trace/timeline.js";
import { traceOf } from "../src/trace/trace-file.js";

const V1: Choices = { ...DEFAULT_CHOICES, protocol: "v1" };

const run = simulate(V1);
const symmetric = simulate({ ...withPlace(V1, "b", "symmetric"), limitS: 3 });
const filmOf = ({ journeys, endsAt }: Run) =>
  createFilm(
    journeys.map((journey) => ({ from: journey.sentAt, to: goneAt(journey) })),
    endsAt,
  );

describe("a timeline", () => {
  it("holds each value until the next, and before the first one that", () => {
    const recorder = new Recorder("start");
    recorder.set(5, "lost");
    recorder.set(5, "five");
    recorder.set(9, "nine");
    expect([-1, 0, 4.9, 5, 8, 9, 100].map((at) => valueAt(recorder.timeline, at))).toEqual([
      "start",
      "start",
      "start",
      "five",
      "five",
      "nine",
      "nine",
    ]);
  });
});

describe("the film of a run", () => {
  const film = filmOf(run);

  it("goes forward, and back to the same instants", () => {
    let last = -1;
    for (let at = 0; at <= run.endsAt; at += 1.7) {
      expect(film.filmAt(at)).toBeGreaterThan(last);
      expect(film.instantAt(film.filmAt(at))).toBeCloseTo(at, 6);
      last = film.filmAt(at);
    }
  });

  it("lets a datagram fly for about a second, and does not wait as long for what takes longer", () => {
    const flights = run.journeys.map((journey) => film.filmAt(goneAt(journey)) - film.filmAt(journey.sentAt));
    expect(flights.toSorted((a, b) => a - b)[flights.length >> 1]).toBeGreaterThan(700);
    const asleep = simulate({ ...V1, protocol: "original", bStartsAtMs: 2000 });
    expect(asleep.endsAt).toBeGreaterThan(30_000);
    expect(filmOf(asleep).lengthMs).toBeLessThan(60_000);
  });

  it("is played at a speed, never beyond its end", () => {
    expect(film.filmAt(advance(film, 50, 300, 2, run.endsAt)) - film.filmAt(50)).toBeCloseTo(600, 6);
    expect(advance(film, 50, 16, "life", run.endsAt)).toBe(66);
    expect(advance(film, 50, 1e9, 1, run.endsAt)).toBe(run.endsAt);
  });

  it("of a run without a datagram is its quiet", () => {
    expect(createFilm([], 5000).instantAt(0)).toBe(0);
    expect(createFilm([], 5000).instantAt(1e9)).toBe(5000);
  });

  it("is stepped through from instant to instant, and no further", () => {
    expect([
      neighbour([0, 5, 9], 5, "next"),
      neighbour([0, 5, 9], 9, "next"),
      neighbour([0, 5, 9], 5, "previous"),
      neighbour([0], 0, "previous"),
    ]).toEqual([9, 9, 0, 0]);
  });
});

describe("the scene", () => {
  const layout = layOut(run.nodes, "wide");
  const flights = flightsOf(run);

  it.each(["wide", "tall"] as const)("%s: places every node of every kind of net inside the picture", (shape) => {
    for (const place of ["public", "home", "firewall", "blocked", "same-nat", "double-nat", "ipv6"] as const) {
      const { nodes } = simulate({
        ...withPlace(V1, "a", place),
        limitS: 1,
        deeds: [{ type: "replay", datagram: 1, source: "own", atMs: 1 }],
      });
      const { places, width, height } = layOut(nodes, shape);
      for (const { name } of nodes) {
        const { x, y } = places[name] ?? { x: -1, y: -1 };
        expect([name, x > 0 && x < width && y > 0 && y < height]).toEqual([name, true]);
      }
      expect(new Set(nodes.map(({ name }) => `${places[name]?.x} ${places[name]?.y}`)).size).toBe(nodes.length);
    }
  });

  it("shows each datagram on its way, once, from its sender's side to its receiver's", () => {
    for (const journey of run.journeys) {
      const middle = (journey.sentAt + goneAt(journey)) / 2;
      expect(dotsAt(flights, layout, middle).filter((dot) => dot.journey === journey)).toHaveLength(1);
      expect(dotsAt(flights, layout, goneAt(journey)).filter((dot) => dot.journey === journey)).toEqual([]);
    }
  });

  it("lets what is dropped die where it died, with the reason, and forgets it", () => {
    const dead = symmetric.journeys.find(({ ending }) => ending.type === "dropped");
    if (dead?.ending.type !== "dropped") throw new Error("nothing died");
    const where = layOut(symmetric.nodes, "wide");
    const grave = gravesAt(flightsOf(symmetric), where, dead.ending.at, 50).find(({ journey }) => journey === dead);
    const gateway = where.places[dead.ending.node] ?? { x: 0, y: 0 };
    expect(grave?.text).toContain("may not send in yet");
    expect(Math.hypot((grave?.x ?? 0) - gateway.x, (grave?.y ?? 0) - gateway.y)).toBeLessThan(6);
    expect(
      gravesAt(flightsOf(symmetric), where, dead.ending.at + 51, 50).filter(({ journey }) => journey === dead),
    ).toEqual([]);
  });

  it("keeps the reason of a death inside the picture", () => {
    const near = (x: number) =>
      epitaphOf([{ x, y: 9, text: "x".repeat(20), age: 0, journey: run.journeys[0] as Journey }], 720);
    expect([near(2)?.x, near(400)?.x, near(719)?.x]).toEqual([72, 400, 648]);
    expect(epitaphOf([], 720)).toBeNull();
    // At a gateway below the cross, at a peer above: below it stands what the peer does.
    const diesAt = (node: string) => {
      const ending = { type: "dropped", at: 0, node, reason: "port-closed", text: "" } as const;
      return (
        epitaphOf([{ x: 99, y: 100, text: "", age: 0, journey: { ...(run.journeys[0] as Journey), ending } }], 720)
          ?.y ?? 0
      );
    };
    expect([diesAt("gateway a") > 100, diesAt("a") < 100]).toEqual([true, true]);
    expect(crossesOf([{ x: 10, y: 20 }])).toBe("M4 14l12 12m0 -12l-12 12");
  });

  it("draws dots as one path, and finds the one under a finger", () => {
    expect(
      pathOf([
        { x: 1, y: 2 },
        { x: 3.25, y: 4 },
      ]),
    ).toBe("M1.0 2.0h0M3.3 4.0h0");
    const [dot] = dotsAt(flights, layout, 5);
    expect(dotNear(dot === undefined ? [] : [dot], { x: (dot?.x ?? 0) + 5, y: dot?.y ?? 0 })).toBe(dot);
    expect(dotNear(dot === undefined ? [] : [dot], { x: 0, y: 0 })).toBeNull();
  });

  it("shows what a link repeats from then on, not before", () => {
    const copying = simulate({ ...V1, duplicate: 1, jitterMs: 40, seed: 3 });
    const copy = copying.journeys.find(({ copyOf }) => copyOf !== null);
    if (copy === undefined) throw new Error("nothing was repeated");
    const seen = (at: number) =>
      dotsAt(flightsOf(copying), layOut(copying.nodes, "wide"), at).filter(({ journey }) => journey === copy).length;
    expect(copy.bornAt).toBeGreaterThan(copy.sentAt);
    expect([seen((copy.sentAt + copy.bornAt) / 2), seen(copy.bornAt)]).toEqual([0, 1]);
    expect(copying.journeys.every(({ bornAt }, at) => bornAt >= (copying.journeys[at - 1]?.bornAt ?? 0))).toBe(true);
    const story = storyOf(copying);
    expect(story.find(({ journey }) => journey === copy)?.at).toBe(copy.bornAt);
    const opened = story.filter(({ text }) => text.startsWith("Gateway a opens a door"));
    expect(new Set(opened.map(({ at, text }) => `${at} ${text}`)).size).toBe(opened.length);
  });

  it("leads the hole through every gateway between the two, and behind one NAT not outside", () => {
    expect(holePath(run.nodes, layout)).toHaveLength(5);
    const { nodes } = simulate(withPlace({ ...V1, protocol: "v2" }, "a", "same-nat"));
    expect(holePath(nodes, layOut(nodes, "wide"))).toHaveLength(3);
  });
});

describe("the sequence diagram", () => {
  it("has a line for each datagram, downwards, from its sender's column to where it came", () => {
    const { arrows, columns, yAt } = drawSequence(run, filmOf(run), 600, 80);
    const xOf = (node: string) => columns.find((each) => each.node === node)?.x;
    expect(arrows).toHaveLength(run.journeys.length);
    for (const { journey, points } of arrows) {
      expect(points[0]).toEqual({ x: xOf(journey.sender), y: yAt(journey.sentAt) });
      if (journey.ending.type === "delivered") expect(points.at(-1)?.x).toBe(xOf(journey.ending.node));
      expect(points.every(({ y }, index) => y >= (points[index - 1]?.y ?? 0))).toBe(true);
    }
  });

  it("ends what a link lost between two columns", () => {
    const lossy: Choices = { ...V1, loss: 0.6, limitS: 2 };
    const lost = simulate(lossy);
    const { arrows, columns } = drawSequence(lost, filmOf(lost), 600, 80);
    const reasons = arrows.filter(
      ({ journey }) => journey.ending.type === "dropped" && journey.ending.reason === "lost",
    );
    expect(reasons.length).toBeGreaterThan(0);
    for (const { points, isLost } of reasons)
      expect([isLost, columns.some(({ x }) => x === points.at(-1)?.x)]).toEqual([true, false]);
  });

  it("gives only what is to be seen", () => {
    const sequence = drawSequence(run, filmOf(run), 600, 320);
    const seen = arrowsBetween(sequence, 0, 100);
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.length).toBeLessThan(run.journeys.length);
  });
});

describe("the story", () => {
  it("tells what happened in the order of time, each thing once", () => {
    const story = storyOf(run);
    expect(story.every(({ at }, index) => at >= (story[index - 1]?.at ?? 0))).toBe(true);
    expect(story.map(({ text }) => text)).toContain("Control hears an announce.");
    expect(story.filter(({ text }) => text.startsWith("Peer a is connected"))).toHaveLength(1);
    expect(newest(story, -1)).toBeNull();
    expect(newest(story, 1e9)).toBe(story.at(-1));
  });
});

describe("the trace file", () => {
  it("has every datagram with all that happened to it, and the link that makes the run again", () => {
    const file = JSON.parse(JSON.stringify(traceOf(symmetric)));
    expect(file).toMatchObject({ format: "netpunch trace 1", origin: "simulated", link: "p=v1&b=symmetric&limit=3" });
    expect(file.datagrams).toHaveLength(symmetric.journeys.length);
    const [first] = file.datagrams;
    expect(first.bytes).toBe(Buffer.from(symmetric.journeys[0]?.bytes ?? []).toString("hex"));
    expect(first.rewrites[0]).toMatchObject({ node: "gateway a", was: "192.168.1.2:5000", is: "203.0.113.1:5000" });
    expect(first.ending).toMatchObject({ type: "delivered", node: "control" });
  });
});
