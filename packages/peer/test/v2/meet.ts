import { createInternet, type LinkQuality, type NatOptions, type Running, type TraceOption } from "@netpunch/simnet";
import { createSessionCore, type PeerEvent, type SessionCore } from "../../src/core.js";
import { keysOf, seeded } from "./lab.js";
import { ToyControl } from "./toy-control.js";

export interface MeetOptions {
  readonly seed: number;
  readonly link?: LinkQuality;
  readonly natA?: NatOptions;
  readonly natB?: NatOptions;
  readonly startsAtMs?: number;
  readonly limitMs?: number;
  readonly trace?: TraceOption;
}

const keys = keysOf();

/** Two sessions' cores on simnet, with a toy control between them. */
export function meet({
  seed,
  link = { latencyMs: 25 },
  natA = {},
  natB = {},
  startsAtMs = 0,
  limitMs = 20_000,
  trace = "off",
}: MeetOptions) {
  const net = createInternet({ seed, link, trace });
  const control = net.host("control", { address: "198.51.100.1" }).run(new ToyControl(keys), { port: 7777 });
  const run = (name: "a" | "b", nat: NatOptions, startAtMs: number) => {
    const core = createSessionCore({ keys, random: seeded(`${seed} ${name}`), port: 5000 });
    const host = net.nat(`nat ${name}`, nat).host(name);
    return host.run(core, { port: 5000, startAtMs, resolve: [control.local] });
  };
  const a = run("a", natA, 0);
  const b = run("b", natB, startsAtMs);
  net.run({ until: () => a.doneAt !== null && b.doneAt !== null, limitMs: startsAtMs + limitMs });
  return { net, control, a, b };
}

export function at(peer: Running<PeerEvent>, type: PeerEvent["type"]): number | null {
  return peer.events.find(({ event }) => event.type === type)?.at ?? null;
}

export type Peer = Running<PeerEvent> & { readonly core: SessionCore };
