import { createCandidateSeal } from "@netpunch/crypto";
import { createRandomBytes } from "@netpunch/simnet";
import { type Endpoint, v2 } from "@netpunch/wire";
import { describe, expect, test } from "vitest";
import {
  CONTROL,
  type Meeting,
  type MeetingOptions,
  meet,
  type Parts,
  peerKeys,
  runControl,
  type Side,
  talk,
} from "../src/index.js";
import { NATS } from "../src/nat-grid.js";
import { countTo, Eavesdropper, endpointOf, forged, LyingPeer, portsOf, type Said, typeOf } from "./mallory.js";

const keys = peerKeys({ session: "home" });
/** In the open, where whatever is sent to them arrives. */
const open: Side = { protocol: "v2", session: "home", afterwards: "hold" };
/** Nobody's address; what is sent there is counted. */
const other: Endpoint = { address: "203.0.113.66", port: 666 };
const LATE_MS = 1000;
const FLOOR_MS = 150;
const ROUND_TRIP_MS = 50;

/** a waits for a second, b comes; the attack is the test's. */
const attacked = (options: Partial<MeetingOptions>): Meeting =>
  meet({ seed: 1, a: open, b: { ...open, startsAtMs: LATE_MS }, ...options });

/** Their holes lead to each other, both know it, and nobody lost a moment. */
function expectUnharmed(meeting: Meeting): void {
  const { hosts, holes, outcomes } = meeting;
  expect(meeting.tookMs).toBe(FLOOR_MS);
  expect(holes).toEqual({ a: endpointOf(hosts.b), b: endpointOf(hosts.a) });
  expect([outcomes.a.confirmedAt, outcomes.b.confirmedAt]).not.toContain(null);
  expect(talk(meeting)).toBe(true);
}

/** What each party says when nobody disturbs: types of frames in their order. */
const wordsOf = (ear: Eavesdropper, node: string) => ear.by(node).flatMap((said) => typeOf(said) ?? []);
const undisturbed = new Eavesdropper();
attacked({ onFate: undisturbed.onFate });

describe("somebody on the path hears everything, and", () => {
  test("says it again, as fast as it came, from an address of his own: it leads nobody to him, and earns him no more than he paid", () => {
    let paid = 0;
    const ear = new Eavesdropper(({ to, bytes }, net) => {
      paid += bytes.length;
      net.inject({ from: other, to, bytes });
    });
    const meeting = attacked(ear);
    expectUnharmed(meeting);
    expect(ear.bytesTo(other.address)).toBeLessThanOrEqual(paid);
  });

  test("relays it both ways, faster than it goes by itself: the way that the peers told each other of is taken", () => {
    const endpoints = { a: { address: "", port: 0 }, b: { address: "", port: 0 } };
    const ear = new Eavesdropper(({ node, to, bytes }, net) => {
      if (node !== "control" && to.address !== CONTROL.address && to.address !== other.address)
        net.inject({ from: other, to, bytes });
    });
    const meeting = attacked({
      onFate: ear.onFate,
      prepare: (parts) => {
        ear.prepare(parts);
        Object.assign(endpoints, { a: endpointOf(parts.hosts.a), b: endpointOf(parts.hosts.b) });
        // What is said to him goes on to the other of the two; he sits next to each of them.
        const link = { inbound: { latencyMs: 0 } };
        parts.net.host("mallory", { address: other.address, link }).socket({
          port: other.port,
          onDatagram: ({ remote, bytes }) => {
            const to = remote.address === endpoints.a.address ? endpoints.b : endpoints.a;
            parts.net.inject({ from: other, to, bytes });
          },
        });
      },
    });
    expectUnharmed(meeting);
  });

  test("plays an earlier session of the same two back at all three: peers say not a word more, control gives no more than it gets", () => {
    const earlier = new Eavesdropper();
    attacked({ seed: "yesterday", onFate: earlier.onFate });
    const ear = new Eavesdropper();
    let paid = 0;
    const meeting = attacked({
      onFate: ear.onFate,
      prepare: ({ net }) => {
        const [start] = earlier.heard;
        for (const { at, from, to, bytes } of earlier.heard) {
          for (const shiftMs of [0, 3, 60]) {
            net.at(at - (start?.at ?? 0) + shiftMs, () => net.inject({ from, to, bytes }));
            if (to.address === CONTROL.address) paid += bytes.length;
          }
        }
      },
    });
    expectUnharmed(meeting);
    for (const node of ["a", "b"]) expect(wordsOf(ear, node)).toEqual(wordsOf(undisturbed, node));
    const sizeOf = (said: readonly Said[]) => said.reduce((sum, { bytes }) => sum + bytes.length, 0);
    expect(sizeOf(ear.by("control")) - sizeOf(undisturbed.by("control"))).toBeLessThanOrEqual(paid);
  });

  test("reflects everything to its sender, as if from whom it was sent to: nobody says a word more", () => {
    const ear = new Eavesdropper(({ from, to, bytes }, net) => net.inject({ from: to, to: from, bytes }));
    expectUnharmed(attacked(ear));
    for (const node of ["a", "b", "control"]) expect(wordsOf(ear, node)).toEqual(wordsOf(undisturbed, node));
  });

  test("flips a bit in a copy of each datagram, and sends that first: nobody says a word more", () => {
    for (const at of [4, 5, 8, 20, 30, 40, -1]) {
      const ear = new Eavesdropper(({ from, to, bytes }, net) => {
        if (bytes.length <= at) return;
        const index = at < 0 ? bytes.length + at : at;
        net.inject({ from, to, bytes: bytes.with(index, (bytes[index] ?? 0) ^ 0x10) });
      });
      expectUnharmed(attacked(ear));
      for (const node of ["a", "b", "control"]) expect(wordsOf(ear, node)).toEqual(wordsOf(undisturbed, node));
    }
  });
});

describe("cookies and sequence numbers", () => {
  const afterMs = 500;

  /** What control says to whom while a's announces of its first 100 ms are played back, from the given source. */
  function replayed(from: (parts: Parts) => Endpoint, more: (parts: Parts) => void = () => {}) {
    const ear = new Eavesdropper();
    let paid = 0;
    const meeting = attacked({
      onFate: ear.onFate,
      prepare: (parts) => {
        const { net } = parts;
        more(parts);
        net.at(afterMs, () => {
          const source = from(parts);
          for (const { bytes } of ear.by("a").filter((said) => typeOf(said) === "announce")) {
            for (let time = 0; time < 5; time++) {
              paid += bytes.length;
              net.inject({ from: source, to: CONTROL, bytes });
            }
          }
        });
      },
    });
    expectUnharmed(meeting);
    const answers = ear.by("control").filter(({ at }) => at >= afterMs && at < LATE_MS);
    return { answers, paid, sent: answers.reduce((sum, { bytes }) => sum + bytes.length, 0) };
  }

  test("an announce with its cookie from another address is met with silence", () => {
    expect(replayed(() => other).answers).toEqual([]);
  });

  test("nor does a new one move anything that only its thief has sent: a challenge is all that it earns him", () => {
    const ear = new Eavesdropper();
    const late = 40_000;
    const meeting = meet({
      seed: 1,
      a: open,
      b: { ...open, startsAtMs: late },
      onFate: ear.onFate,
      prepare: ({ net, hosts }) => {
        // The keepalive of 12 to 18 s is heard next to its sender, and kept from control.
        net.at(11_000, () => hosts.a.link.set({ outbound: { loss: 1 } }));
        net.at(19_000, () => {
          const stolen = ear.by("a").filter(({ at }) => at > 11_000);
          expect(stolen.length).toBeGreaterThan(0);
          for (const { bytes } of stolen) net.inject({ from: other, to: CONTROL, bytes });
        });
        net.at(19_100, () => hosts.a.link.set({ outbound: { loss: 0 } }));
      },
    });
    const answers = ear.by("control").filter(({ to }) => to.address === other.address);
    expect(new Set(answers.map(typeOf))).toEqual(new Set(["challenge"]));
    expect(meeting.tookMs).toBe(FLOOR_MS);
    expect(meeting.holes.b).toEqual(endpointOf(meeting.hosts.a));
  });

  test("an announce that was taken already, from its own address, is met with silence", () => {
    expect(replayed(({ hosts }) => endpointOf(hosts.a)).answers).toEqual([]);
  });

  test("an announce with a cookie of a control that was restarted since brings nobody in", () => {
    // The one whose session it is comes back by itself, at the first challenge; until then nothing is known.
    const { answers, paid, sent } = replayed(
      ({ hosts }) => endpointOf(hosts.a),
      ({ net, control, controlHost }) => {
        net.at(afterMs - 1, () => {
          control.close();
          runControl(controlHost, "again");
        });
      },
    );
    expect(sent).toBeLessThanOrEqual(paid);
    const atOnce = answers.filter(({ at }) => at < afterMs + ROUND_TRIP_MS);
    expect(new Set(atOnce.map(typeOf))).toEqual(new Set(["challenge"]));
  });
});

describe("who has only the control key, and sits on the path,", () => {
  test("can pass off neither himself nor anybody else as the partner", () => {
    const ear = new Eavesdropper();
    const random = createRandomBytes(1, "mallory");
    const meeting = attacked({
      onFate: ear.onFate,
      limitMs: 10_000,
      prepare: ({ net, hosts }) => {
        net.at(500, () => {
          const heard = ear.by("a").flatMap(({ bytes }) => {
            const decoded = v2.decode(bytes);
            return decoded.ok && decoded.frame.type === "announce" ? [decoded.frame] : [];
          });
          const { sid, id, seq: echoSeq } = heard.at(-1) as v2.Announce;
          const own = random(v2.ID_BYTES);
          const candidates = [{ kind: "reflexive" as const, endpoint: other }];
          // He has no key for candidates: one of his own, one that he saw (a's own), noise.
          const sealed = createCandidateSeal(random(32)).seal(
            candidates,
            { sid, id: own },
            random(v2.BLOB_NONCE_BYTES),
          );
          const blobs = [sealed, heard.at(-1)?.blob ?? sealed, random(v2.MIN_BLOB_BYTES + 19)];
          const frames = blobs.flatMap((blob): v2.Frame[] => [
            {
              type: "info",
              features: 0,
              sid,
              id,
              echoSeq,
              pushSeq: 7,
              state: "present",
              cause: "push",
              partner: { id: own, blob },
            },
            { type: "info", features: 0, sid, id, echoSeq, pushSeq: 0, state: "full", cause: "answer", partner: null },
            { type: "info", features: 0, sid, id, echoSeq, pushSeq: 0, state: "v1", cause: "answer", partner: null },
          ]);
          // Words of a partner, under the only key that he has.
          for (const type of ["ping", "pong", "nominate", "confirm", "done"] as const) {
            frames.push({ type, features: 0, from: own, to: id, txid: random(v2.TXID_BYTES) });
          }
          for (const frame of frames) {
            const bytes = forged(frame, keys.control);
            net.inject({ from: CONTROL, to: endpointOf(hosts.a), bytes });
            net.inject({ from: other, to: endpointOf(hosts.a), bytes });
          }
        });
      },
    });
    expect(ear.bytesTo(other.address)).toBe(0);
    const { holes, hosts } = meeting;
    // Service he can deny; he has not by this.
    expect(holes).toEqual({ a: endpointOf(hosts.b), b: endpointOf(hosts.a) });
  });
});

describe("a third machine that has the secret", () => {
  /** What an honest peer sends in half a minute when a liar is its partner. */
  function drawnBy(candidates: (parts: Parts) => readonly Endpoint[]) {
    const ear = new Eavesdropper();
    let told: readonly Endpoint[] = [];
    attacked({
      b: { ...open, startsAtMs: 60_000 },
      limitMs: -30_000,
      onFate: ear.onFate,
      prepare: (parts) => {
        told = candidates(parts);
        const lies = told.map((endpoint) => ({ kind: "host" as const, endpoint }));
        parts.net.host("mallory").run(new LyingPeer(keys, lies), { startAtMs: 100 });
      },
    });
    return countTo(
      ear.by("a").filter((said) => !["announce", "relay"].includes(typeOf(said) ?? "")),
      told,
    );
  }

  test("that tells of loopback, groups, broadcast, link-local, nobody and control draws not one datagram there", () => {
    const addresses = [
      "127.0.0.1",
      "127.1.2.3",
      "::1",
      "224.0.0.1",
      "ff02::1",
      "255.255.255.255",
      "0.0.0.0",
      "::",
      "169.254.1.1",
      "fe80::1",
    ];
    const counts = drawnBy(() => [...addresses.map((address) => ({ address, port: 5000 })), CONTROL]);
    expect(counts).toEqual(counts.map(() => 0));
    expect(counts).toHaveLength(11);
  });

  test("that tells of twelve ports of a victim draws no more than the pings of a drill there", () => {
    const counts = drawnBy(({ net }) => portsOf(net.host("victim"), 53, 12));
    // At 0, 100, 200, 400 ms, every half second to 10 s, then every five.
    for (const count of counts) expect(count).toBeLessThanOrEqual(23 + 5);
    expect(Math.min(...counts)).toBeGreaterThan(0);
  });
});

describe("floods", () => {
  test("50,000 datagrams of junk a second, at control and at both peers, delay nobody", () => {
    const random = createRandomBytes(1, "junk");
    const heard = undisturbed.heard.map(({ bytes }) => bytes);
    /** Noise, noise that begins as a frame does, and frames of these very peers whose MAC is wrong. */
    const junk = [42, 52, 53, 57, 86, 113, 342, 1200].flatMap((size) => {
      const noise = random(size);
      const framed = Uint8Array.from([...v2.MAGIC, 0x11, 0, 0, 0, ...random(size - 8)]);
      return [noise, framed];
    });
    for (const frame of heard) junk.push(frame.with(-1, (frame.at(-1) ?? 0) ^ 1));
    const meeting = attacked({
      prepare: ({ net, hosts }) => {
        const mallory = net.host("mallory");
        const targets = [CONTROL, endpointOf(hosts.a), endpointOf(hosts.b)];
        let count = 0;
        for (let ms = LATE_MS - 200; ms < LATE_MS + 400; ms++) {
          net.at(ms, () => {
            for (let time = 0; time < 50; time++) {
              const bytes = junk[count++ % junk.length] ?? new Uint8Array(1);
              for (const to of targets)
                mallory.sendRaw({ from: endpointOf(mallory, 1024 + (count % 60_000)), to, bytes });
            }
          });
        }
      },
    });
    expectUnharmed(meeting);
  });

  test("100,000 session ids from one source, all signed, take up that source's share and nobody else's", () => {
    const random = createRandomBytes(1, "sids");
    const ear = new Eavesdropper();
    let paid = 0;
    const meeting = attacked({
      // As a control node has them.
      budgets: {},
      onFate: ear.onFate,
      prepare: ({ net }) => {
        const mallory = net.host("mallory");
        const announced = new Map<number, v2.Announce>();
        const say = (frame: v2.Announce): void => {
          announced.set(frame.seq, frame);
          const bytes = forged(frame, keys.control);
          paid += bytes.length;
          socket.send(CONTROL, bytes);
        };
        const socket = mallory.socket({
          port: 666,
          // He plays by the rules: each challenge is answered.
          onDatagram: ({ bytes }) => {
            const decoded = v2.decode(bytes);
            if (!decoded.ok || decoded.frame.type !== "challenge") return;
            const { echoSeq, cookie } = decoded.frame;
            const first = announced.get(echoSeq);
            if (first !== undefined) say({ ...first, cookie: cookie.slice(), seq: first.seq + 1_000_000 });
          },
        });
        let seq = 0;
        for (let ms = 0; ms < 2000; ms++) {
          net.at(ms, () => {
            for (let time = 0; time < 50; time++) {
              const own = { sid: random(v2.SID_BYTES), id: random(v2.ID_BYTES), blob: random(v2.MIN_BLOB_BYTES) };
              say({
                type: "announce",
                features: 0,
                ...own,
                seq: ++seq,
                ackPush: 0,
                cookie: new Uint8Array(v2.COOKIE_BYTES),
              });
            }
          });
        }
      },
    });
    expectUnharmed(meeting);
    const address = meeting.net.nodes.find(({ name }) => name === "mallory")?.addresses[0] ?? "";
    expect(ear.bytesTo(address)).toBeLessThanOrEqual(paid);
  });
});

test("two NATs that chase each other's ports draw no endless exchange", () => {
  const place = NATS["APDM/EIF"] ?? "public";
  const { net } = attacked({ a: { ...open, place }, b: { ...open, place, startsAtMs: LATE_MS }, limitMs: 60_000 });
  // Two drills of a minute; each datagram that gets through shows the other a new port.
  expect(net.stats.sent).toBeLessThan(4000);
});
