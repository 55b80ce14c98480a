// A control core with very many bindings, in a process of its own: what they take, and how long it keeps others waiting.
import { createControlCore } from "@netpunch/control/core";
import { createFrameMac, randomBytes } from "@netpunch/crypto";
import { v2 } from "@netpunch/wire";

/** How long turns of the event loop took, in one phase of the node's life. */
export interface PhaseReport {
  readonly phase: "they come" | "keepalives" | "all expire at once";
  readonly turns: number;
  readonly medianMs: number;
  readonly longestMs: number;
  /** The most CPU time that a turn took: what would be the longest were no other program on this machine. */
  readonly mostCpuMs: number;
}

/** What the process measured. */
export interface SessionsReport {
  readonly bindings: number;
  /** What the core and its bindings took, after a collection. */
  readonly residentBytes: number;
  readonly heapBytes: number;
  readonly phases: readonly PhaseReport[];
}

const BINDINGS = Number(process.argv[2]);
const INTERVAL_MS = 15_000;
/** Peers that are heard in one turn of the event loop: what comes in 1.6 ms where 300,000 keep their places. */
const PEERS_PER_TURN = 32;
const UNLIMITED = Number.POSITIVE_INFINITY;
/** Of a peer with three addresses. */
const BLOB_BYTES = v2.MIN_BLOB_BYTES + 3 * 19;
const NO_COOKIE = new Uint8Array(v2.COOKIE_BYTES);

type Heard = Parameters<typeof core.handle>[1];

const key = new Uint8Array(32).fill(7);
const mac = createFrameMac(key);
const before = memory();
const core = createControlCore({
  keys: { v1: null, control: key, slotSessions: [] },
  random: randomBytes,
  budgets: {
    bindings: BINDINGS,
    framesPerSecond: UNLIMITED,
    framesPerSourcePerSecond: UNLIMITED,
    challengesPerSecond: UNLIMITED,
    challengesPerSourcePerSecond: UNLIMITED,
  },
});
let now = 0;

function memory() {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage();
}

/** A frame of peer i, in session i / 2, from an address of its own. */
function heard(i: number, seq: number, ackPush: number, cookie: Uint8Array = NO_COOKIE): Heard {
  const sid = new Uint8Array(v2.SID_BYTES);
  const id = new Uint8Array(v2.ID_BYTES);
  new DataView(sid.buffer).setUint32(0, i >> 1);
  new DataView(id.buffer).setUint32(0, i);
  const blob = new Uint8Array(BLOB_BYTES).fill(i);
  const bytes = mac.sign(v2.encode({ type: "announce", features: 0, sid, id, seq, ackPush, cookie, blob }));
  const remote = { address: `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`, port: 5000 };
  return { type: "datagram", datagram: { socket: 0, remote, bytes } };
}

/** Does something in each turn of the event loop, and measures the turns, with the collections that they make. */
async function phase(name: PhaseReport["phase"], turn: () => boolean): Promise<PhaseReport> {
  const took: number[] = [];
  let mostCpuMs = 0;
  for (let goesOn = true; goesOn; ) {
    const start = performance.now();
    const cpuStart = process.cpuUsage();
    goesOn = turn();
    await new Promise(setImmediate);
    took.push(performance.now() - start);
    const { user, system } = process.cpuUsage(cpuStart);
    mostCpuMs = Math.max(mostCpuMs, (user + system) / 1000);
  }
  const sorted = took.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? 0;
  return { phase: name, turns: took.length, medianMs: at(0.5), longestMs: at(1), mostCpuMs };
}

/** Every peer once, in its time. */
function everyPeer(say: (i: number) => void): () => boolean {
  let i = 0;
  return () => {
    for (const end = Math.min(i + PEERS_PER_TURN, BINDINGS); i < end; i++) {
      now += INTERVAL_MS / BINDINGS;
      say(i);
    }
    return i < BINDINGS;
  };
}

function join(i: number): void {
  const [challenge] = core.handle(now, heard(i, 1, 0));
  const decoded = challenge?.type === "send" ? v2.decode(challenge.datagram.bytes) : null;
  if (!decoded?.ok || decoded.frame.type !== "challenge") throw new Error("no challenge");
  core.handle(now, heard(i, 2, 0, decoded.frame.cookie));
  core.handle(now, heard(i, 3, 1));
  // The second of a pair is news for the first.
  if (i % 2 === 1) core.handle(now, heard(i - 1, 4, 2));
}

const phases = [
  await phase("they come", everyPeer(join)),
  await phase(
    "keepalives",
    everyPeer((i) => core.handle(now, heard(i, 5, i % 2 === 1 ? 1 : 2))),
  ),
];
const bindings = core.stats(now).v2?.bound ?? 0;
const after = memory();
now += 10 * INTERVAL_MS;
phases.push(
  await phase("all expire at once", () => {
    core.handle(now, { type: "wake" });
    return core.deadline !== null;
  }),
);
const report: SessionsReport = {
  bindings,
  residentBytes: after.rss - before.rss,
  heapBytes: after.heapUsed - before.heapUsed,
  phases,
};
process.send?.(report);
process.disconnect?.();
