import { createRandomBytes } from "@netpunch/simnet";
import { ipFamily } from "@netpunch/wire";
import { type Choices, SIDES } from "../run/choices.js";
import type { DrillEvent } from "../run/drill.js";
import { DRILLS } from "../run/drills.js";
import { buildNet, CONTROL, CONTROL_IPV6, PEER_PORT } from "../run/net.js";

/** Only how it comes out: from the later start until both are connected; null: not both. Nothing is written down. */
export function outcomeOf(choices: Choices): number | null {
  const drill = DRILLS[choices.protocol];
  const { internet, control, hosts } = buildNet(choices, null);
  control.run(drill.createControl(createRandomBytes(choices.seed, "control 1")), { port: CONTROL.port });
  const running = SIDES.map((side) => {
    const host = hosts[side];
    const hasIpv6 = host.addresses.some((address) => ipFamily(address) === 6);
    return host.run(drill.peers[side].create(createRandomBytes(choices.seed, `peer ${side}`)), {
      port: PEER_PORT,
      startAtMs: side === "a" ? 0 : choices.bStartsAtMs,
      resolve: hasIpv6 ? [CONTROL_IPV6, CONTROL] : [CONTROL],
      onDone: (process) => {
        if (drill.peers[side].whenConnected === "end") process.close();
      },
    });
  });
  const isConnected = ({ type }: DrillEvent) => type === "connected";
  const isOver = () => running.every(({ doneAt }) => doneAt !== null);
  internet.run({ until: isOver, limitMs: choices.bStartsAtMs + choices.limitS * 1000 });
  const times = running.map(({ events }) => events.find(({ event }) => isConnected(event))?.at ?? null);
  if (times.some((at) => at === null)) return null;
  return Math.max(...times.map((at) => at ?? 0)) - choices.bStartsAtMs;
}
