import { type Budgets, createControlCore } from "@netpunch/control/core";
import { secretBytes, slotSession } from "@netpunch/crypto";
import { createOriginalControl, createOriginalPeer } from "@netpunch/original";
import { createAutoCore, createPeerCore, createSessionCore, createWayOut, type PunchCore } from "@netpunch/peer/core";
import { type Core, createRandomBytes, type Endpoint, type Host, type Running, type Seed } from "@netpunch/simnet";
import type { v1 } from "@netpunch/wire";
import { type ControlSecret, keysOfControl, peerKeys, SECRET } from "./keys.js";
import type { Spot } from "./place.js";

/** Whose program it is. */
export type Drill = "ours" | "original";

/** What our peer speaks; control speaks both. */
export type Protocol = "v1" | "v2" | "auto";

/** What a peer is told by its user. */
export interface Program {
  readonly slot: v1.Slot;
  /** Default "ours". */
  readonly drill?: Drill;
  /** Default "v1". */
  readonly protocol?: Protocol;
  /** v2 alone: the session's name. Default: the session of the pair of slots. */
  readonly session?: string;
  /** v2 alone: what only the pair knows. Default: the secret. */
  readonly sessionSecret?: string;
  /** v2 and auto; v1 has "Secret" always. Default "Secret". */
  readonly secret?: string;
  readonly keepAliveMs?: number;
  /** What a drill in vain may do, as with `punch()`: leave its local port, or fall silent. Default: it goes on as it is. */
  readonly wayOut?: "other port" | "silence";
  /** v2 and auto: whether control may relay, and how long after the partner came. Default: as with `punch()`. */
  readonly relay?: "auto" | "never" | "only";
  readonly relayAfterMs?: number;
}

/** How a program is run. */
export interface Start {
  readonly seed: Seed;
  /** When it starts, in virtual milliseconds. Default 0. */
  readonly startsAtMs?: number;
  /** The addresses of control's name. */
  readonly controls: readonly Endpoint[];
  /**
   * What becomes of the socket when nothing is owed to the partner any more: "release" frees the port, as the command does
   * for `-command` (and the original always); "hold" keeps it, as a program that embeds the library does. Default "release".
   */
  readonly afterwards?: "release" | "hold";
}

/** A peer that runs; what it reports is the drill's own business. */
export type RunningPeer = Running<{ readonly type: string }>;

export const CONTROL: Endpoint = { address: "198.51.100.1", port: 7777 };
export const CONTROL_IPV6: Endpoint = { address: "2001:db8:1::1", port: 7777 };

/** What a control node is told by its user. */
export interface ControlProgram {
  /** Default "ours". */
  readonly drill?: Drill;
  /** What ours is given. Default "secret". */
  readonly given?: ControlSecret;
  readonly budgets?: Partial<Budgets>;
}

/** A hundred bindings: at 10,000, the default, a short meeting would spend most of its time on clearing memory. */
const FEW: Partial<Budgets> = { bindings: 100 };

/** Starts a control node; one that is started again on the same host has forgotten everything. */
export function runControl(host: Host, seed: Seed, program: ControlProgram = {}): Running<unknown> {
  const { drill = "ours", given = "secret", budgets = FEW } = program;
  const { port } = CONTROL;
  if (drill === "original") return host.run(createOriginalControl(SECRET), { port });
  const random = createRandomBytes(seed, "control");
  return host.run(createControlCore({ keys: keysOfControl(given), random, budgets }), { port });
}

/** Starts a peer. */
export function runPeer({ host, port }: Spot, program: Program, start: Start): RunningPeer {
  const { drill = "ours" } = program;
  const { startsAtMs = 0, controls, afterwards = "release" } = start;
  const options = {
    port,
    startAtMs: startsAtMs,
    resolve: controls,
    onDone: (running: Done) => {
      if (drill === "original" || afterwards === "release") release(running);
    },
    onEvent: (event: { readonly type: string }, running: Done) => {
      const isReleased = event.type === "relay" && "end" in event && event.end === "released";
      if (isReleased && afterwards === "release") running.close();
    },
  };
  if (drill === "original") return host.run(createOriginalPeer({ slot: program.slot, secret: SECRET }), options);
  return host.run(coreOf(program, port, createRandomBytes(start.seed, `${host.name} ${startsAtMs}`)), options);
}

type Done = Pick<RunningPeer, "core" | "wake" | "close">;

/** Frees the port, where control relays not before it knows of that. */
function release(running: Done): void {
  const { core } = running;
  const isRelayed = "path" in core && (core as PunchCore).path?.via === "relay";
  if (!isRelayed) return running.close();
  (core as PunchCore).handOver?.();
  running.wake();
}

function coreOf(program: Program, port: number, random: Randomness): Core<{ readonly type: string }> {
  const { wayOut } = program;
  if (wayOut === undefined) return tryOf(program, port, random);
  const otherPort = wayOut === "other port" ? "allowed" : "forbidden";
  return createWayOut({ make: (own, metAt) => tryOf(program, own, random, metAt), port, otherPort, random });
}

type Randomness = (length: number) => Uint8Array;

function tryOf(program: Program, port: number, random: Randomness, metAt: number | null = null): PunchCore {
  const { slot, protocol = "v1", session, secret = SECRET, sessionSecret = secret, keepAliveMs } = program;
  if (protocol === "v1") return createPeerCore({ slot, secret: SECRET });
  const keys = peerKeys({ secret, sessionSecret, session: session ?? slotSession(slot) });
  const { relay = "auto", relayAfterMs = 10_000 } = program;
  const common = {
    keys,
    random,
    port,
    metAt,
    relay,
    relayAfterMs,
    ...(keepAliveMs === undefined ? {} : { keepAliveMs }),
  };
  if (protocol === "auto") return createAutoCore({ ...common, slot, secret: secretBytes(secret) });
  return createSessionCore(session === undefined ? { ...common, slot } : common);
}
