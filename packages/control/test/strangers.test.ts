import { createFrameMac, createV1Envelope, secretBytes } from "@netpunch/crypto";
import { v1, v2 } from "@netpunch/wire";
import { describe, expect, test } from "vitest";
import { A, A2, at, B, Desk } from "./desk.js";
import { blobOf, idOf, SessionDesk, sidOf, ToyRun } from "./session-desk.js";

const otherMac = createFrameMac(new Uint8Array(32).fill(9));
const ofV2 = otherMac.sign(
  v2.encode({
    type: "announce",
    features: 0,
    sid: sidOf("home"),
    id: idOf("eve"),
    seq: 1,
    ackPush: 0,
    cookie: new Uint8Array(v2.COOKIE_BYTES),
    blob: blobOf("eve"),
  }),
);
const ofV1 = createV1Envelope(secretBytes("another")).seal(v1.encode({ type: "announce", slot: "a" }));

const reports = (desk: Desk | SessionDesk) => desk.takeEvents().filter(({ type }) => type === "otherSecret");

describe("a datagram with another secret", () => {
  test.each([
    ["v2, where both are spoken", new SessionDesk(), ofV2, "v2"],
    ["v1, where both are spoken", new SessionDesk(), ofV1, "v1"],
    ["v1, where it is spoken alone", new Desk(), ofV1, "v1"],
  ] as const)("of %s, is reported with its source, and answered with silence", (_, desk, bytes, protocol) => {
    expect(desk.hear(bytes, A)).toEqual([]);
    expect(reports(desk)).toEqual([{ type: "otherSecret", protocol, endpoint: at(A) }]);
  });

  test("is reported once a minute for each source, whatever its port and protocol", () => {
    const desk = new SessionDesk();
    const times: number[] = [];
    for (let ms = 0; ms < 180_000; ms += 500) {
      desk.until(ms);
      desk.hear(ofV2, ms % 1_000 === 0 ? A : A2);
      desk.hear(ofV1, A);
      if (reports(desk).length > 0) times.push(ms);
    }
    expect(times).toEqual([0, 60_000, 120_000]);
    desk.hear(ofV2, B);
    expect(reports(desk), "and another source at once").toHaveLength(1);
  });

  test("from a thousand sources a second is reported six times, and then once in ten seconds", () => {
    const desk = new SessionDesk();
    let told = 0;
    for (let i = 0; i < 100_000; i += 1) {
      desk.now = i;
      desk.hear(ofV2, `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}:5000`);
      told += reports(desk).length;
    }
    expect(told).toBe(6 + 9);
    expect(desk.stats.dropped["bad-mac"]).toBe(100_000);
  });

  test("is not what is no frame and no announce at all, nor what has the right secret", () => {
    const desk = new SessionDesk();
    for (const bytes of [new Uint8Array(0), new Uint8Array(200), ofV2.subarray(0, 60), ofV1.subarray(1)]) {
      desk.hear(bytes, A);
    }
    new ToyRun(desk, { name: "ann", from: A }).join().bye();
    expect(reports(desk)).toEqual([]);
  });
});
