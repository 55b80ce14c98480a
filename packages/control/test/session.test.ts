import { v2 } from "@netpunch/wire";
import { expect, test } from "vitest";
import { A, A2, at, B } from "./desk.js";
import { blobOf, idOf, pair, SessionDesk, sidOf, ToyRun } from "./session-desk.js";

const PRESENT = (name: string, number: number, to: string) => `push ${number} present ${name} -> ${to}`;

test("two runs prove their addresses and are told of each other, and when both have said that they know it is quiet", () => {
  const desk = new SessionDesk();
  const ann = new ToyRun(desk, { name: "ann", from: A }).join();
  expect(desk.takeLines()).toEqual([
    `0 challenge 1 -> ${A}`,
    `0 answer 1 waiting -> ${A}`,
    `0 answer 1 waiting -> ${A}`,
  ]);
  desk.until(10_000);
  new ToyRun(desk, { name: "bob", from: B }).join();
  expect(desk.takeLines()).toEqual([
    `10000 challenge 1 -> ${B}`,
    `10000 answer 1 present ann -> ${B}`,
    `10000 push 2 present bob -> ${A}`,
    `10000 answer 1 present -> ${B}`,
  ]);
  desk.until(10_050);
  ann.ackPush = 2;
  ann.announce();
  desk.until(30_000);
  expect(desk.takeLines()).toEqual([`10050 answer 2 present -> ${A}`]);
});

test("the one that waits is pushed its partner at the very moment that this one proves its address", () => {
  const desk = new SessionDesk();
  new ToyRun(desk, { name: "ann", from: A }).join();
  const bob = new ToyRun(desk, { name: "bob", from: B }).announce();
  desk.until(5_000);
  desk.takeLines();
  bob.announce();
  expect(desk.takeLines()).toEqual([`5000 answer 1 present ann -> ${B}`, `5000 ${PRESENT("bob", 2, A)}`]);
});

test("a run is handed its partner's candidates as they were sealed", () => {
  const { desk, ann, bob } = pair();
  ann.ackPush = 0;
  ann.announce();
  const frame = desk.sent.at(-1)?.frame;
  expect(frame?.type === "info" ? frame.partner : null).toEqual({ id: bob.id, blob: bob.blob });
});

test("CHALLENGE tells where the announce was seen, and which one it answers", () => {
  const desk = new SessionDesk();
  const ann = new ToyRun(desk, { name: "ann", from: "[2001:db8::7]:7000" });
  ann.seq = 41;
  ann.announce();
  expect(desk.sent.at(-1)?.frame).toMatchObject({
    type: "challenge",
    echoSeq: 42,
    sid: sidOf("home"),
    id: idOf("ann"),
    observed: at("[2001:db8::7]:7000"),
  });
});

test("from its own address a holder needs no cookie", () => {
  const { desk, ann } = pair();
  desk.until(59_000);
  ann.announce({ cookie: new Uint8Array(16) });
  expect(desk.takeLines()).toEqual([`59000 answer 2 present -> ${A}`]);
});

test("INFO echoes the highest seq that was taken, also in a push", () => {
  const { desk, ann, bob } = pair();
  ann.seq = 99;
  ann.announce();
  bob.announce({ blob: blobOf("elsewhere") });
  const infos = desk.sent.map(({ to, frame }) => [to, frame.type === "info" ? frame.echoSeq : null]);
  expect(infos).toEqual([
    [A, 100],
    [B, bob.seq],
    [A, 100],
  ]);
});

test("a push is repeated at 100, 200, 400, 800 ms, every 500 ms for 10 s, then every 5 s until it is acknowledged", () => {
  const desk = new SessionDesk();
  const ann = new ToyRun(desk, { name: "ann", from: A }).join();
  const bob = new ToyRun(desk, { name: "bob", from: B }).join();
  const times = (ms: number) => {
    desk.until(ms);
    return desk.sent
      .splice(0)
      .filter(({ to }) => to === A)
      .map((sent) => sent.at);
  };
  desk.sent.splice(0);
  expect(times(3_000)).toEqual([100, 200, 400, 800, 1300, 1800, 2300, 2800]);
  expect(times(9_800).at(-1)).toBe(9_800);
  bob.announce();
  expect(times(30_000)).toEqual([14_800, 19_800, 24_800, 29_800]);
  ann.ackPush = 2;
  ann.announce();
  desk.sent.splice(0);
  expect(times(50_000)).toEqual([]);
});

test("an older push's number acknowledges nothing", () => {
  const desk = new SessionDesk();
  const ann = new ToyRun(desk, { name: "ann", from: A }).join();
  new ToyRun(desk, { name: "bob", from: B }).join();
  ann.ackPush = 1;
  desk.hear(ann.frame(), A);
  expect(desk.takeLines().at(-1)).toBe(`0 answer 2 present bob -> ${A}`);
  desk.until(100);
  expect(desk.takeLines()).toEqual([`100 ${PRESENT("bob", 2, A)}`]);
});

test("news that comes within 100 ms of a push is told once, 100 ms later, and repeated from there", () => {
  const { desk, ann, bob } = pair();
  bob.announce({ blob: blobOf("one") });
  ann.listen().announce();
  desk.takeLines();
  desk.until(1_030);
  bob.announce({ blob: blobOf("two") });
  desk.until(1_060);
  bob.announce({ blob: blobOf("three") });
  desk.until(1_500);
  expect(desk.takeLines().filter((line) => line.endsWith(A))).toEqual([
    `1130 ${PRESENT("bob", 5, A)}`,
    `1230 ${PRESENT("bob", 5, A)}`,
    `1330 ${PRESENT("bob", 5, A)}`,
  ]);
});

test("new candidates are pushed to the partner, the same ones again are not", () => {
  const { desk, bob } = pair();
  bob.announce();
  expect(desk.takeLines()).toEqual([`1000 answer 1 present -> ${B}`]);
  bob.blob = blobOf("elsewhere", 3);
  bob.announce();
  expect(desk.takeLines()).toEqual([`1000 answer 1 present -> ${B}`, `1000 ${PRESENT("bob", 3, A)}`]);
  bob.announce();
  expect(desk.takeLines()).toEqual([`1000 answer 1 present -> ${B}`]);
});

test("a run that proves another address moves there, and its partner is told nothing, as control hands out no addresses", () => {
  const { desk, ann } = pair();
  ann.from = A2;
  ann.announce().announce();
  expect(desk.takeLines()).toEqual([`1000 challenge ${ann.seq - 1} -> ${A2}`, `1000 answer 2 present -> ${A2}`]);
  expect(desk.takeEvents()).toMatchObject([{ type: "bound", endpoint: at(A2), previous: at(A) }]);
  desk.hear(ann.frame({ cookie: new Uint8Array(16) }), A);
  expect(desk.takeLines(), "from the old one it has to prove itself anew").toEqual([
    `1000 challenge ${ann.seq} -> ${A}`,
  ]);
});

test("over the other address family an announce without a cookie is told what it looks like, and leaves the place alone", () => {
  const { desk, ann, bob } = pair();
  desk.hear(ann.frame({ cookie: new Uint8Array(16) }), "[2001:db8::1]:5000");
  expect(desk.takeLines()).toEqual([`1000 challenge ${ann.seq} -> [2001:db8::1]:5000`]);
  bob.announce({ blob: blobOf("elsewhere") });
  expect(desk.takeLines().at(-1)).toBe(`1000 ${PRESENT("bob", 3, A)}`);
});

test("pushes leave from the socket where a run was heard last", () => {
  const { desk, ann, bob } = pair();
  desk.hear(ann.frame(), A, 3);
  const outputs = desk.hear(bob.frame({ blob: blobOf("elsewhere") }), B, 1);
  expect(outputs.map((output) => (output.type === "send" ? output.datagram.socket : null))).toEqual([1, 3]);
});

test("a place is kept for 60 s of silence, then the partner waits again", () => {
  const { desk, ann } = pair();
  desk.until(40_000);
  ann.announce();
  desk.until(59_999);
  expect(desk.takeEvents()).toEqual([]);
  desk.takeLines();
  desk.until(60_000);
  expect(desk.takeLines()).toEqual([`60000 push 3 waiting -> ${A}`]);
  expect(desk.takeEvents()).toMatchObject([{ type: "unbound", endpoint: at(B), why: "silent" }]);
  expect(desk.stats).toMatchObject({ bound: 1, remembered: 0, expired: 1 });
});

test("three keepalives of 18 s may be lost, two are no trouble", () => {
  const desk = new SessionDesk();
  const ann = new ToyRun(desk, { name: "ann", from: A }).join();
  desk.until(3 * 18_000);
  desk.takeLines();
  ann.announce();
  expect(desk.takeLines()).toEqual([`54000 answer 1 waiting -> ${A}`]);
});

test("BYE frees the place at once and tells the partner", () => {
  const { desk, ann, bob } = pair();
  bob.bye({ reason: "met" });
  expect(desk.takeLines()).toEqual([`1000 push 3 waiting -> ${A}`]);
  expect(desk.takeEvents()).toMatchObject([{ type: "unbound", endpoint: at(B), why: "met" }]);
  ann.ackPush = 3;
  ann.announce();
  desk.until(1_100);
  new ToyRun(desk, { name: "bob2", from: B }).join();
  expect(desk.takeLines().at(-2)).toBe(`1100 ${PRESENT("bob2", 4, A)}`);
});

test("BYE said three times is one", () => {
  const { desk, bob } = pair();
  const seq = bob.seq + 1;
  bob.bye({ seq }).bye({ seq }).bye({ seq });
  expect(desk.stats).toMatchObject({ byes: 1, bound: 1, dropped: { gone: 2 } });
  expect(desk.takeLines()).toHaveLength(1);
});

test("BYE from another address than the run's own is silence", () => {
  const { desk, bob } = pair();
  bob.from = A2;
  bob.bye();
  expect(desk.takeLines()).toEqual([]);
  expect(desk.stats).toMatchObject({ bound: 2, dropped: { unbound: 1 } });
});

test("after control's restart the next keepalive earns a CHALLENGE, and one round trip later all is as it was", () => {
  const { desk, ann, bob } = pair();
  desk.until(20_000);
  desk.restart();
  bob.announce();
  expect(desk.takeLines()).toEqual([`20000 challenge ${bob.seq} -> ${B}`]);
  bob.announce();
  expect(desk.takeLines()).toEqual([`20000 answer 2 waiting -> ${B}`]);
  ann.announce().announce();
  expect(desk.takeLines()).toEqual([
    `20000 challenge ${ann.seq - 1} -> ${A}`,
    `20000 answer 3 present bob -> ${A}`,
    `20000 ${PRESENT("ann", 3, B)}`,
  ]);
});

test("a number that a run acknowledged to a control of before is never taken for news of this one", () => {
  const { desk, ann, bob } = pair();
  desk.restart();
  ann.ackPush = 1;
  bob.announce().announce();
  ann.announce();
  desk.takeLines();
  desk.hear(ann.frame(), A);
  expect(desk.takeLines()[0]).toBe(`1000 answer 2 present bob -> ${A}`);
});

test("sessions are kept apart, and all of them may come from one address", () => {
  const desk = new SessionDesk();
  for (const session of ["one", "two", "three"]) new ToyRun(desk, { session, name: `a ${session}`, from: A }).join();
  desk.takeLines();
  new ToyRun(desk, { session: "two", name: "b two", from: B }).join();
  expect(desk.takeLines()).toEqual([
    `0 challenge 1 -> ${B}`,
    `0 answer 1 present a two -> ${B}`,
    `0 ${PRESENT("b two", 2, A)}`,
    `0 answer 1 present -> ${B}`,
  ]);
  expect(desk.stats.bound).toBe(4);
});

test("the deadline says why, and an early wake changes nothing", () => {
  const desk = new SessionDesk();
  expect(desk.core.deadline).toBeNull();
  new ToyRun(desk, { name: "ann", from: A }).join();
  expect(desk.core.deadline).toEqual({ at: 60_000, why: "session: expiry" });
  new ToyRun(desk, { name: "bob", from: B }).join();
  expect(desk.core.deadline).toEqual({ at: 100, why: "session: push" });
  desk.now = 99;
  expect(desk.feed({ type: "wake" })).toEqual([]);
});

test("what came in may be overwritten afterwards: nothing of it is kept", () => {
  const desk = new SessionDesk();
  const ann = new ToyRun(desk, { name: "ann", from: A }).announce();
  const bytes = ann.frame();
  const remote = { ...at(A) };
  desk.hear(bytes, remote);
  bytes.fill(0);
  remote.address = "203.0.113.99";
  desk.takeLines();
  const bob = new ToyRun(desk, { name: "bob", from: B }).announce().announce();
  const told = desk.sent.find(({ frame }) => frame.type === "info" && frame.partner !== null)?.frame;
  expect(told?.type === "info" ? told.partner : null).toEqual({ id: ann.id, blob: ann.blob });
  expect(desk.sent.at(-1)?.to).toBe(A);
  expect(bob.ackPush).toBe(1);
});

test("events name sessions and runs by their ids", () => {
  const desk = new SessionDesk();
  new ToyRun(desk, { name: "ann", from: A }).join();
  const bob = new ToyRun(desk, { name: "bob", from: B }).join();
  bob.bye();
  const session = Buffer.from(sidOf("home")).toString("hex");
  const [ann, bobs] = ["ann", "bob"].map((name) => Buffer.from(idOf(name)).toString("hex"));
  expect(desk.takeEvents()).toEqual([
    { type: "bound", session, run: ann, endpoint: at(A), previous: null },
    { type: "bound", session, run: bobs, endpoint: at(B), previous: null },
    { type: "paired", session, endpoints: [at(B), at(A)] },
    { type: "unbound", session, run: bobs, endpoint: at(B), why: "left" },
  ]);
});

test("frames that only peers hear are silence", () => {
  const { desk, ann, bob } = pair();
  const { features, sid, id } = { features: 0, sid: ann.sid, id: ann.id };
  const txid = new Uint8Array(v2.TXID_BYTES);
  const cookie = new Uint8Array(v2.COOKIE_BYTES);
  const frames: v2.Frame[] = [
    { type: "challenge", features, sid, id, echoSeq: 99, cookie, observed: at(A) },
    { type: "info", features, sid, id, echoSeq: 99, pushSeq: 9, state: "waiting", cause: "push", partner: null },
    ...(["ping", "pong", "nominate", "confirm", "done"] as const).map(
      (type): v2.Frame => ({ type, features, from: ann.id, to: bob.id, txid }),
    ),
  ];
  for (const frame of frames) desk.hearFrame(frame, A);
  expect(desk.takeLines()).toEqual([]);
  expect(desk.stats.dropped["wrong-way"]).toBe(7);
});
