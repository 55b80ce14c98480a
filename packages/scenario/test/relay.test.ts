import { createFrameMac } from "@netpunch/crypto";
import { v2 } from "@netpunch/wire";
import { describe, expect, test } from "vitest";
import { CONTROL, type Meeting, type MeetingOptions, meet, peerKeys, type Side, talk } from "../src/index.js";
import { NATS } from "../src/nat-grid.js";
import { Eavesdropper } from "./mallory.js";

const CONTROL_IPV6 = { address: "2001:db8:1::1", port: 7777 };

const session: Side = { protocol: "v2", session: "relayed", afterwards: "hold" };
const symmetric: Side = { ...session, place: NATS["APDM/APDF"] ?? "public" };
const home: Side = { ...session, place: NATS["EIM/APDF"] ?? "public" };

function relayed(options: Partial<MeetingOptions> = {}): Meeting {
  return meet({ seed: 1, a: symmetric, b: symmetric, ...options });
}

const pathsOf = ({ outcomes: { a, b } }: Meeting) => [a.path, b.path];
const known = ({ outcomes: { a, b } }: Meeting) => a.confirmedAt !== null && b.confirmedAt !== null;
const relayEvents = (meeting: Meeting, name: "a" | "b") =>
  meeting.peers[name].events.flatMap(({ event }) => (event.type === "relay" && "end" in event ? [event.end] : []));
/** RELAYs, whoever said them. */
const asked = (ear: Eavesdropper) => ear.heard.filter(({ bytes }) => v2.isFrame(bytes) && bytes[4] === 0x05).length;

describe("two peers without a direct path", () => {
  test("are connected through control after ten seconds, and their applications hear each other from its address", () => {
    const meeting = relayed();
    expect(pathsOf(meeting)).toEqual(["relayed", "relayed"]);
    expect(meeting.holes).toEqual({ a: CONTROL, b: CONTROL });
    expect(meeting.tookMs).toBeGreaterThanOrEqual(10_000);
    expect(meeting.tookMs).toBeLessThan(10_500);
    expect(known(meeting)).toBe(true);
    expect(talk(meeting)).toBe(true);
  });

  test("wait as long as they are told", () => {
    const [a, b] = [symmetric, symmetric].map((side) => ({ ...side, relayAfterMs: 2000 }));
    const { tookMs } = relayed({ a, b } as Partial<MeetingOptions>);
    expect(tookMs).toBeGreaterThanOrEqual(2000);
    expect(tookMs).toBeLessThan(2500);
  });

  test("wait for nothing where one has only IPv4 and the other only IPv6", () => {
    const meeting = relayed({ a: { ...session, ip: "ipv6" }, b: session });
    expect(meeting.holes).toEqual({ a: CONTROL_IPV6, b: CONTROL });
    expect(meeting.tookMs).toBeLessThan(1000);
    expect(talk(meeting)).toBe(true);
  });

  test("are not connected where one of them wants no relay", () => {
    const meeting = relayed({ b: { ...symmetric, relay: "never" }, limitMs: 30_000 });
    expect(pathsOf(meeting)).toEqual([null, null]);
  });

  test("in slots are connected as well", () => {
    const slot = { place: symmetric.place, protocol: "auto", afterwards: "hold" } as const;
    const meeting = meet({ seed: 1, a: slot as Side, b: slot as Side });
    expect(pathsOf(meeting)).toEqual(["relayed", "relayed"]);
    expect(talk(meeting)).toBe(true);
  });

  test("in slots of which one is the original's are not", () => {
    const place = symmetric.place ?? "public";
    const meeting = meet({ seed: 1, a: { place, protocol: "auto" }, b: { place, drill: "original" }, limitMs: 30_000 });
    expect(pathsOf(meeting)).toEqual([null, null]);
  });

  test.each([
    ["20 % of datagrams lost each way", { latencyMs: 25, loss: 0.2 }],
    ["jitter of 200 ms", { latencyMs: 25, jitterMs: 200 }],
    ["every third datagram doubled", { latencyMs: 25, duplicate: 0.33 }],
  ])("%s: are connected, both know it, and are released", (_name, link) => {
    const wrong: string[] = [];
    for (let seed = 800_001; seed <= 800_030; seed++) {
      const released = { ...symmetric, afterwards: "release" } as const;
      const meeting = relayed({ seed, link, a: released, b: released });
      meeting.net.run({ untilMs: meeting.net.now + 8000 });
      const ended = [meeting.peers.a.state, meeting.peers.b.state].join();
      if (!known(meeting) || pathsOf(meeting).join() !== "relayed,relayed" || ended !== "closed,closed") {
        wrong.push(
          `seed ${seed}: ${pathsOf(meeting)}, ${ended}, ${relayEvents(meeting, "a")}, ${relayEvents(meeting, "b")}`,
        );
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe("handing a relayed hole over", () => {
  test("both ports are free once control says so, and whatever is sent from them next arrives at the other one", () => {
    const released = { ...symmetric, afterwards: "release" } as const;
    const meeting = relayed({ a: released, b: released });
    const { net, peers, hosts } = meeting;
    net.run({ untilMs: net.now + 1000 });
    expect([peers.a.state, peers.b.state]).toEqual(["closed", "closed"]);
    expect([relayEvents(meeting, "a").at(-1), relayEvents(meeting, "b").at(-1)]).toEqual(["released", "released"]);
    const program = { handle: () => [], deadline: null };
    const [a, b] = [hosts.a.run(program, { port: 5000 }), hosts.b.run(program, { port: 5000 })];
    net.run({ untilMs: net.now + 1 });
    a.send(CONTROL, Uint8Array.of(42));
    b.send(CONTROL, Uint8Array.of(43));
    net.run({ untilMs: net.now + 1000 });
    expect([a.received, b.received]).toEqual([1, 1]);
  });
});

describe("two peers with a direct path", () => {
  test("ask for no relay, and are connected as soon as without one", () => {
    const ear = new Eavesdropper();
    const meeting = meet({ seed: 1, a: home, b: home, onFate: ear.onFate });
    const without = meet({ seed: 1, a: { ...home, relay: "never" }, b: { ...home, relay: "never" } });
    expect(meeting.tookMs).toBe(without.tookMs);
    expect(pathsOf(meeting)).toEqual(["reflexive", "reflexive"]);
    expect(asked(ear)).toBe(0);
  });
});

describe("a peer that wants nothing but the relay", () => {
  test("is connected at once, says nothing to its partner's addresses, and tells none of its own", () => {
    const ear = new Eavesdropper();
    const meeting = meet({ seed: 1, a: { ...home, relay: "only" }, b: home, onFate: ear.onFate });
    expect(pathsOf(meeting)).toEqual(["relayed", "relayed"]);
    expect(meeting.tookMs).toBeLessThan(1000);
    expect(new Set(ear.by("a").map(({ to }) => to.address))).toEqual(new Set([CONTROL.address]));
    expect(new Set(ear.by("b").map(({ to }) => to.address))).toEqual(new Set([CONTROL.address]));
    expect(talk(meeting)).toBe(true);
  });
});

describe("whoever has the control key", () => {
  test("has control pass no word of control's on: an INFO from the partner does not arrive", () => {
    const keys = peerKeys({ session: "relayed" });
    const ear = new Eavesdropper();
    const meeting = relayed({ onFate: ear.onFate });
    const { net, peers } = meeting;
    const info = createFrameMac(keys.control).sign(
      v2.encode({
        type: "info",
        features: 0,
        sid: keys.sid,
        id: new Uint8Array(8),
        echoSeq: 1,
        pushSeq: 9,
        state: "full",
        cause: "push",
        partner: null,
      }),
    );
    peers.a.send(CONTROL, info);
    peers.a.send(CONTROL, Uint8Array.of(1));
    net.run({ untilMs: net.now + 1000 });
    expect(ear.by("control").filter(({ bytes }) => v2.sameId(bytes, info))).toEqual([]);
    expect(peers.b.passed.map(({ bytes }) => [...bytes])).toEqual([[1]]);
  });
});
