import type { Instant, SocketId } from "@netpunch/transport";
import type { Endpoint } from "@netpunch/wire";
import type { Binding } from "../binding.js";
import { Flow } from "./rate.js";
import { BETWEEN_TABLE, type Between, type EndPhase } from "./relay.table.js";

/** Which run of which session. */
export interface Run {
  readonly sid: Uint8Array;
  readonly id: Uint8Array;
}

/** One end of the relay: a run that asked for it, at the address where it is bound or was. */
export class RelayEnd implements Run {
  readonly sid: Uint8Array;
  readonly id: Uint8Array;
  /** The only run that this end wants to reach. */
  partnerId: Uint8Array;
  phase: EndPhase = "absent";
  remote: Endpoint;
  /** Where its source is counted. */
  cell: number;
  /** The highest seq taken from its run. */
  seq = 0;
  heardAt: Instant;
  /** What was sent to it while it was silent. */
  readonly whileSilent = new Flow();
  /** The end that it makes a pair with, as each names the other; null where there is none. */
  partner: RelayEnd | null = null;
  pair: RelayPair | null = null;
  /** The state that its run was told last. */
  told: Between["state"] = "none";
  #binding: Binding | null;
  /** The socket of one that has no binding; null where it has not been heard since a restart. */
  #socket: SocketId | null = null;

  constructor({ sid, id }: Run, partnerId: Uint8Array, place: Binding | Endpoint, cell: number, now: Instant) {
    const isBound = "row" in place;
    this.sid = Uint8Array.from(sid);
    this.id = Uint8Array.from(id);
    this.partnerId = Uint8Array.from(partnerId);
    this.#binding = isBound ? place : null;
    this.remote = isBound ? place.endpoint : place;
    this.cell = cell;
    this.heardAt = now;
  }

  /** Null once its run is released. */
  get binding(): Binding | null {
    return this.#binding;
  }

  /** The socket that its run is bound on, which may change with each keepalive. */
  get socket(): SocketId | null {
    return this.#binding === null ? this.#socket : this.#binding.socket;
  }

  /** What stands between this end and its partner. */
  get between(): Between {
    return BETWEEN_TABLE[this.phase][this.partner?.phase ?? "absent"];
  }

  /** Lets go of its binding, which is about to be another run's. */
  unbind(): void {
    this.#socket = this.socket;
    this.#binding = null;
  }

  /** Notes which socket the first datagram since a restart came to. */
  settle(socket: SocketId): void {
    this.#socket ??= socket;
  }
}

/** What two ends share. */
export class RelayPair {
  readonly flow = new Flow();
  readonly reserved = new Flow();
  /** Since when everything passes; null as long as it did not yet. */
  carriesSince: Instant | null = null;
  datagrams = 0;
  bytes = 0;
  /** Datagrams that did not fit into the budgets. */
  dropped = 0;
  warnedAt: Instant = Number.NEGATIVE_INFINITY;
}
