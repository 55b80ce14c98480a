import type { Core, Input, Instant, Output } from "@netpunch/transport";
import type { PeerEvent } from "./events.js";
import type { PunchCore } from "./punch-core.js";

type Outputs = readonly Output<PeerEvent>[];

/** A core that has its socket to itself keeps what it drops. On a shared one it offers that to the cores beside it. */
export function sharing(core: PunchCore): Core<PeerEvent> {
  return {
    get deadline() {
      return core.deadline;
    },
    handle: (now, input) => offering(input, core.handle(now, input)),
  };
}

/**
 * A core that has ended, on a socket that goes on: it says nothing any more, and takes nothing away from others. It only
 * knows what is netpunch's, so that the partner's late words stay out of the application's sight.
 */
export function leftBehind(core: PunchCore): Core<never> {
  return { deadline: null, handle: (now, input) => (input.type === "datagram" ? mark(core, now, input) : []) };
}

function mark(core: PunchCore, now: Instant, input: Extract<Input, { type: "datagram" }>): readonly Output<never>[] {
  const { datagram } = input;
  return [{ type: core.handle(now, input).some(isPass) ? "pass" : "offer", datagram }];
}

function offering(input: Input, outputs: Outputs): Outputs {
  if (input.type !== "datagram" || outputs.some(isPass) || !outputs.some(isDrop)) return outputs;
  return [...outputs, { type: "offer", datagram: input.datagram }];
}

const isPass = ({ type }: Output<PeerEvent>) => type === "pass";
const isDrop = (output: Output<PeerEvent>) => output.type === "event" && output.event.type === "dropped";
