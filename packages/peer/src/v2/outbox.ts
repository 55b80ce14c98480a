import type { Datagram, Output } from "@netpunch/transport";
import type { Endpoint } from "@netpunch/wire";
import type { DropReason, PeerEvent } from "../events.js";
import { datagramOn, MAIN_SOCKET, type Path } from "../path.js";

/** What one call of `handle()` answers, gathered from the core's parts. */
export class Outbox {
  #outputs: Output<PeerEvent>[] = [];

  /** What was gathered since the last call. */
  take(): readonly Output<PeerEvent>[] {
    const outputs = this.#outputs;
    this.#outputs = [];
    return outputs;
  }

  add(output: Output<PeerEvent>): void {
    this.#outputs.push(output);
  }

  /** To control: from the socket that it knows. */
  send(bytes: Uint8Array, remote: Endpoint): void {
    this.add({ type: "send", datagram: { socket: MAIN_SOCKET, remote, bytes } });
  }

  /** To the partner. */
  sendBy(path: Path, bytes: Uint8Array): void {
    this.add({ type: "send", datagram: datagramOn(path, bytes) });
  }

  event(event: PeerEvent): void {
    this.add({ type: "event", event });
  }

  drop(reason: DropReason, remote: Endpoint): void {
    this.event({ type: "dropped", reason, remote: { ...remote } });
  }

  pass(datagram: Datagram): void {
    this.add({ type: "pass", datagram });
  }
}
