import { v1 } from "@netpunch/wire";
import { describe, expect, it } from "vitest";
import { createKeyring } from "../src/inspect/keyring.js";
import { hex } from "../src/inspect/v2.js";
import { buildLiveRun } from "../src/live/live-run.js";
import type { LiveRecord, Who } from "../src/live/record.js";
import { judge } from "../src/verdict/verdict.js";

const ports: Readonly<Record<Who, number>> = { control: 7777, a: 5001, b: 5002 };
const at127 = (who: Who) => ({ address: "127.0.0.1", port: ports[who] });
const keyring = createKeyring();
const bytes = (message: v1.Message) => hex(keyring.v1.seal(v1.encode(message))).replaceAll(" ", "");

function goes(from: Who, to: Who, at: number, message: v1.Message): readonly LiveRecord[] {
  const common = { type: "datagram", bytes: bytes(message) } as const;
  return [
    { ...common, who: from, at, direction: "out", remote: at127(to) },
    { ...common, who: to, at: at + 0.2, direction: "in", remote: at127(from) },
  ];
}

const phase = (who: Who, at: number, name: string, signal: string | null = null): LiveRecord => ({
  type: "event",
  who,
  at,
  event: { type: "phase", phase: name, signal, target: null } as { type: string },
});
const connected = (who: "a" | "b", at: number): LiveRecord => ({
  type: "event",
  who,
  at,
  event: { type: "connected", endpoint: at127(who === "a" ? "b" : "a"), by: "pong" } as { type: string },
});

const records: readonly LiveRecord[] = [
  ...(["control", "a", "b"] as const).map((who): LiveRecord => ({ type: "bound", who, at: 90, local: at127(who) })),
  phase("a", 100, "discovering"),
  ...goes("a", "control", 100, { type: "announce", slot: "a" }),
  phase("b", 101, "discovering"),
  ...goes("b", "control", 101, { type: "announce", slot: "b" }),
  ...goes("a", "b", 102, { type: "ping" }),
  phase("b", 102.2, "ponging", "pinged"),
  ...goes("b", "a", 102.2, { type: "pong" }),
  phase("a", 102.4, "closing", "ponged"),
  connected("a", 102.4),
  connected("b", 102.9),
  { type: "heard", who: "a", at: 103, text: "hello" },
  { type: "heard", who: "b", at: 103, text: "hello" },
];

describe("a live run", () => {
  const run = buildLiveRun(records, "v1");

  it("begins at 0, with the first datagram", () => {
    expect([run.origin, run.journeys[0]?.sentAt]).toEqual(["live", 0]);
  });

  it("puts together what one process sent and another heard", () => {
    expect(
      run.journeys.map(({ sender, ending }) => [sender, ending.type === "delivered" ? ending.node : ending.type]),
    ).toEqual([
      ["a", "control"],
      ["b", "control"],
      ["a", "b"],
      ["b", "a"],
    ]);
  });

  it("knows which message moved a peer", () => {
    expect(run.peers.b.steps).toMatchObject([
      { at: expect.closeTo(2.2, 6), from: "discovering", signal: "pinged", to: "ponging" },
    ]);
  });

  it("has a verdict", () => {
    const { outcome, explanation } = judge(run);
    expect(outcome).toBe("connected");
    expect(explanation).toContain("on this machine");
  });

  it("shows what nobody heard as under way", () => {
    const [first] = goes("a", "b", 104, { type: "ping" });
    const more = buildLiveRun(first === undefined ? records : [...records, first], "v1");
    expect(more.journeys.at(-1)?.ending.type).toBe("under-way");
  });
});
