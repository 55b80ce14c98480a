import type { v2 } from "@netpunch/wire";
import { describe, expect, test } from "vitest";
import { at, PARTNER } from "../bench.js";
import { BenchOfOne, HIGHER, host, LOWER } from "./bench-of-one.js";

/** Whoever has the secret can say all that a partner and control can. */
interface Flood {
  readonly name: string;
  /** Says one thing more; the so-manieth one. */
  say(peer: BenchOfOne, count: number): void;
}

const address = (count: number) => `198.18.${(count >> 8) & 255}.${count & 255}:${1000 + (count >> 16)}`;
const twelve = (count: number): readonly v2.Candidate[] =>
  Array.from({ length: 12 }, (_, i) => host(address(count * 12 + i)));
const idOf = (count: number) => Uint8Array.of(1, 2, 3, 4, count >> 24, count >> 16, count >> 8, count);

const FLOODS: readonly Flood[] = [
  { name: "twelve new addresses in each INFO", say: (peer, count) => peer.introduce(LOWER, twelve(count), count + 3) },
  {
    name: "one of twelve addresses changes with each INFO",
    say: (peer, count) => peer.introduce(LOWER, [...twelve(0).slice(1), host(address(count + 99))], count + 3),
  },
  { name: "another partner in each INFO", say: (peer, count) => peer.introduce(idOf(count), twelve(0), count + 3) },
  {
    name: "two partners in turn, with other addresses each time",
    say: (peer, count) => peer.introduce(count % 2 === 0 ? LOWER : HIGHER, twelve(count), count + 3),
  },
  {
    name: "pings from an address that nobody listed",
    say: (peer, count) => peer.say(peer.peerFrame("ping"), address(count)),
  },
  { name: "pings from one address", say: (peer) => peer.say(peer.peerFrame("ping"), PARTNER) },
  {
    name: "new addresses, and a ping from each",
    say: (peer, count) => {
      if (count % 13 === 0) peer.introduce(LOWER, twelve(count / 13), count + 3);
      else peer.say(peer.peerFrame("ping"), address(Math.floor(count / 13) * 12 + (count % 13) - 1));
    },
  },
  {
    name: "nominations from addresses that have not answered",
    say: (peer, count) => {
      if (count === 0) peer.introduce(HIGHER, twelve(0), 3);
      peer.say(peer.peerFrame("nominate", { from: HIGHER }), address(count % 12));
    },
  },
  {
    name: "another address of ours in each CHALLENGE",
    say: (peer, count) => {
      if (count === 0) peer.introduce(LOWER, twelve(0), 3);
      const cookie = new Uint8Array(16).fill(count);
      peer.challenge(undefined, { observed: at(address(count)), cookie });
    },
  },
];

const MINUTE_MS = 60_000;

/** Bytes to the partner, and from it and control, in a minute of a flood. */
function flooded(flood: Flood | null, everyMs: number): { readonly sent: number; readonly heard: number } {
  const peer = new BenchOfOne();
  peer.bind();
  if (flood === null) peer.introduce(LOWER, twelve(0));
  else peer.introduce();
  const before = peer.sent.length;
  peer.takeHeardBytes();
  for (let count = 0; count * everyMs < MINUTE_MS; count++) {
    peer.until(count * everyMs);
    flood?.say(peer, count);
  }
  peer.until(MINUTE_MS);
  const sent = peer.sent.slice(before).filter(({ frame }) => frame.type !== "announce");
  return { sent: sent.reduce((sum, { bytes }) => sum + bytes.length, 0), heard: peer.takeHeardBytes() };
}

/** What one whole list earns, as it is checked for a minute in vain. */
const HONEST = flooded(null, MINUTE_MS).sent;

/** So slow a flood is none: half a kilobyte a second. */
const TRICKLE = 500 * (MINUTE_MS / 1000);

describe("whoever has the secret gets out of a peer no more bytes than he sends it, but for one list's and a trickle", () => {
  test.each(FLOODS)("$name", (flood) => {
    for (const everyMs of [10, 50, 100, 250, 1000, 5000]) {
      const { sent, heard } = flooded(flood, everyMs);
      expect(sent - HONEST, `every ${everyMs} ms`).toBeLessThan(Math.max(TRICKLE, 1.05 * heard));
      if (everyMs <= 50) expect(sent, `every ${everyMs} ms`).toBeLessThan(1.1 * heard);
    }
  });
});

test("an honest partner's two whole lists are pinged at once", () => {
  const peer = new BenchOfOne();
  peer.bind();
  peer.introduce(LOWER, twelve(0));
  peer.introduce(LOWER, twelve(1), 3);
  const pinged = new Set(peer.takeSent().flatMap((line) => (line.includes(" ping ") ? [line] : [])));
  expect(pinged.size).toBe(24);
});

test("after a flood the partner's new address is pinged all the same, a moment later", () => {
  const peer = new BenchOfOne();
  peer.bind();
  for (let count = 0; count < 100; count++) peer.introduce(LOWER, twelve(count), count + 3);
  peer.introduce(LOWER, [{ kind: "reflexive", endpoint: at(PARTNER) }], 200);
  peer.takeSent();
  peer.until(2000);
  expect(peer.takeSent().find((line) => line.endsWith(PARTNER))).toBeDefined();
});
