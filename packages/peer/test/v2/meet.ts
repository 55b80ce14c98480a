import { type Core, createInternet, type LinkQuality, type NatOptions } from "@netpunch/simnet";
import { v2 } from "@netpunch/wire";
import { createSessionCore, type PeerEvent } from "../../src/core.js";
import { keysOf, seeded } from "./lab.js";
import { ToyControl } from "./toy-control.js";

export interface MeetOptions {
  readonly seed: number;
  /** Where both stand, each behind a NAT of its own. */
  readonly place: "public" | NatOptions;
  readonly link?: LinkQuality;
  /** When the second one starts. */
  readonly startsAtMs?: number;
  readonly limitMs?: number;
}

export type Met = ReturnType<typeof meet>;

const keys = keysOf();

/** Lets two sessions' cores meet on simnet, with a toy control between them. */
export function meet({ seed, place, link = { latencyMs: 25 }, startsAtMs = 0, limitMs = 30_000 }: MeetOptions) {
  const net = createInternet({ seed, link, trace: "off" });
  const control = net.host("control", { address: "198.51.100.1" }).run(new ToyControl(keys), { port: 7777 });
  const said: Record<"a" | "b", string[]> = { a: [], b: [] };
  const run = (name: "a" | "b", startAtMs: number) => {
    const core = createSessionCore({ keys, random: seeded(`${seed} ${name}`), port: 5000 });
    const site = place === "public" ? net : net.nat(`nat ${name}`, place);
    return site.host(name).run(overheard(core, said[name]), { port: 5000, startAtMs, resolve: [control.local] });
  };
  const a = run("a", 0);
  const b = run("b", startsAtMs);
  net.run({ until: () => a.doneAt !== null && b.doneAt !== null, limitMs: startsAtMs + limitMs });
  return { a, b, said };
}

/** The same core, whose frames are noted: "0 announce". */
function overheard(core: Core<PeerEvent>, said: string[]): Core<PeerEvent> {
  return {
    handle(now, input) {
      const outputs = core.handle(now, input);
      for (const output of outputs) {
        const decoded = output.type === "send" ? v2.decode(output.datagram.bytes) : null;
        if (decoded?.ok) said.push(`${now} ${decoded.frame.type}`);
      }
      return outputs;
    },
    get deadline() {
      return core.deadline;
    },
  };
}

/** When a peer first told of it; null: never. */
export function at(peer: Met["a"], type: PeerEvent["type"]): number | null {
  return peer.events.find(({ event }) => event.type === type)?.at ?? null;
}
