import { createControlCore } from "@netpunch/control/core";
import { slotSession } from "@netpunch/crypto";
import { createOriginalControl, createOriginalPeer, MODES, type Mode } from "@netpunch/original";
import {
  createAutoCore,
  createPeerCore,
  createSessionCore,
  DRILL,
  type Phase,
  SESSION,
  type SessionPhase,
  type SessionSignal,
  type Signal,
} from "@netpunch/peer/core";
import type { Core } from "@netpunch/simnet";
import { keysOf, keysOfControl, SECRET, SESSION as SESSION_NAME } from "../inspect/keyring.js";
import type { Protocol, SideName } from "./choices.js";
import type { Conduct, Drill, DrillEvent, Mood, Program, StateTable } from "./drill.js";
import { PEER_PORT } from "./net.js";

/** The page shows direct paths; the relay is not on it yet. */
const DIRECT_ONLY = "never";

const V1_TABLE: StateTable = {
  name: "v1",
  phases: [
    { name: "discovering", mood: "waiting", about: "asks control where its partner is" },
    { name: "pinging", mood: "trying", about: "pings the partner's address, and so opens its own NAT" },
    { name: "ponging", mood: "trying", about: "hears the partner, and answers" },
    { name: "knocking", mood: "waiting", about: "asks and pings once a second, patiently" },
    { name: "closing", mood: "settling", about: "connected; tells the partner so" },
    { name: "connected", mood: "connected", about: "both directions work" },
  ] satisfies readonly { name: Phase; mood: Mood; about: string }[],
  signals: [
    { name: "introduced", about: "control named a new address of the partner" },
    { name: "reminded", about: "control named the address that it had already" },
    { name: "pinged", about: "a ping came" },
    { name: "ponged", about: "a pong came: it hears us" },
    { name: "closed", about: "a close came: it knows that we hear it" },
    { name: "crossed", about: "a close came that crossed a ping of ours" },
    { name: "exhausted", about: "the phase has sent its last" },
  ] satisfies readonly { name: Signal; about: string }[],
  next: (phase, signal) => DRILL[phase as Phase]?.[signal as Signal] ?? "stay",
};

const V1_IGNORED = {
  "peer info": ["reminded"],
  ping: ["pinged"],
  pong: ["ponged"],
  close: ["closed", "crossed"],
} satisfies Readonly<Record<string, readonly Signal[]>>;

const ORIGINAL_NEXT: Readonly<Record<string, string>> = {
  introduced: "pinging",
  pinged: "ponging",
  ponged: "closing",
  closed: "connected",
};

/** The original has no table: every message that it understands moves it, whatever its mode. */
const ORIGINAL_TABLE: StateTable = {
  name: "the original's v1",
  phases: [
    { name: "discovering", mood: "waiting", about: "asks control five times, 100 ms apart" },
    { name: "pinging", mood: "trying", about: "pings the partner's address ten times" },
    { name: "ponging", mood: "trying", about: "answers ten times" },
    { name: "closing", mood: "settling", about: "tells the partner five times, then ends" },
    { name: "sleeping", mood: "waiting", about: "sleeps 30 s and starts over" },
    { name: "connected", mood: "connected", about: "printed its result and ended" },
  ],
  signals: [
    { name: "introduced", about: "control named the partner's address" },
    { name: "pinged", about: "a ping came" },
    { name: "ponged", about: "a pong came" },
    { name: "closed", about: "a close came" },
    { name: "exhausted", about: "the mode has sent its last" },
  ],
  next(phase, signal) {
    if (phase === "connected") return "stay";
    if (signal !== "exhausted") return ORIGINAL_NEXT[signal] ?? "stay";
    const next = MODES[phase as Mode]?.exhausted ?? "stay";
    return next === "done" ? "connected" : next;
  },
};

const V2_TABLE: StateTable = {
  name: "v2",
  phases: [
    { name: "announcing", mood: "waiting", about: "control has not answered yet" },
    { name: "waiting", mood: "waiting", about: "control knows it; no partner is there" },
    { name: "checking", mood: "trying", about: "pings the partner's addresses, all of them" },
    { name: "choosing", mood: "trying", about: "has a path, and waits a moment for a shorter one" },
    { name: "nominating", mood: "settling", about: "connected; tells the partner which path it is" },
    { name: "finishing", mood: "settling", about: "the partner knows; tells it so" },
    { name: "confirming", mood: "settling", about: "connected; confirms the path" },
    { name: "connected", mood: "connected", about: "nothing is owed to the partner any more" },
    { name: "unconfirmed", mood: "waiting", about: "the partner confirmed nothing in time" },
  ] satisfies readonly { name: SessionPhase; mood: Mood; about: string }[],
  signals: [
    { name: "bound", about: "control answered, and names no partner" },
    { name: "parted", about: "the partner that control named is there no more" },
    { name: "introduced", about: "there is a partner now" },
    { name: "answered", about: "an address answered; a shorter way may, too" },
    { name: "chosen", about: "an address answered, or was taken, and no better one is waited for" },
    { name: "nominated", about: "the partner nominated an address that has answered" },
    { name: "confirmed", about: "the partner confirmed the nomination" },
    { name: "done", about: "the partner knows of the confirmation" },
    { name: "exhausted", about: "the phase's time is over" },
  ] satisfies readonly { name: SessionSignal; about: string }[],
  next: (phase, signal) => {
    const next = SESSION[phase as SessionPhase]?.[signal as SessionSignal] ?? "stay";
    return next === "never" ? "stay" : next;
  },
};

const V2_IGNORED = {
  info: ["bound"],
  nominate: ["nominated"],
  confirm: ["confirmed"],
  done: ["done"],
} satisfies Readonly<Record<string, readonly SessionSignal[]>>;

/** Every message moves it. */
const ORIGINAL_CONDUCT: Conduct = { table: ORIGINAL_TABLE, ignored: {} };
const V1_CONDUCT: Conduct = { table: V1_TABLE, ignored: V1_IGNORED };
const V2_CONDUCT: Conduct = { table: V2_TABLE, ignored: V2_IGNORED };

const original = (slot: SideName): Program => ({
  conduct: ORIGINAL_CONDUCT,
  fallback: null,
  whenConnected: "end",
  create: () => shown(createOriginalPeer({ slot, secret: SECRET })),
});

const inV1 = (slot: SideName): Program => ({
  conduct: V1_CONDUCT,
  fallback: null,
  whenConnected: "stay",
  create: () => shown(createPeerCore({ slot, secret: SECRET })),
});

const inSession: Program = {
  conduct: V2_CONDUCT,
  fallback: null,
  whenConnected: "stay",
  create: (random) =>
    shown(createSessionCore({ keys: keysOf(SESSION_NAME), random, port: PEER_PORT, relay: DIRECT_ONLY })),
};

const inSlot = (slot: SideName): Program => ({
  conduct: V2_CONDUCT,
  fallback: V1_CONDUCT,
  whenConnected: "stay",
  create: (random) =>
    shown(
      createAutoCore({
        slot,
        secret: SECRET,
        keys: keysOf(slotSession(slot)),
        random,
        port: PEER_PORT,
        relay: DIRECT_ONLY,
      }),
    ),
});

const controlOfBoth: Drill["createControl"] = (random) => createControlCore({ keys: keysOfControl(), random });

export const DRILLS: Readonly<Record<Protocol, Drill>> = {
  original: {
    about: "as the Go program does it: control only answers, and who finds nobody sleeps half a minute",
    createControl: () => createOriginalControl(SECRET),
    peers: { a: original("a"), b: original("b") },
  },
  v1: {
    about: "the original's messages; control tells a waiting peer the moment that its partner comes",
    createControl: () => createControlCore({ secret: SECRET }),
    peers: { a: inV1("a"), b: inV1("b") },
  },
  auto: {
    about: "b is still an original: our a begins with v2, falls back to v1, and says so",
    createControl: controlOfBoth,
    peers: { a: inSlot("a"), b: original("b") },
  },
  v2: {
    about: "several addresses for each peer, nothing can be replayed, and an end that strands nobody",
    createControl: controlOfBoth,
    peers: { a: inSession, b: inSession },
  },
};

/** Its events as anybody's: what is read of them is checked there. */
function shown(core: Core<{ readonly type: string }>): Core<DrillEvent> {
  return core as Core<DrillEvent>;
}
