import type { Instant } from "@netpunch/transport";
import { type Endpoint, v2 } from "@netpunch/wire";
import type { Binding, BindingState, Side } from "./binding.js";
import { BINDING_TABLE, type BindingSignal } from "./binding.table.js";
import { BindingIndex } from "./binding-index.js";
import { REMEMBER_MS } from "./pace.js";
import { Timers } from "./timers.js";
import type { V1Neighbour } from "./v1-neighbour.js";

const PLACES = 2;

/** What a run is told that has no place. */
export type Refusal = Exclude<v2.InfoState, BindingState>;

/** Which of a session's places are in a run's way. */
export interface Contest {
  /** Who is to go, as the run has proved that it is at their address. */
  readonly supplanted: readonly Binding[];
  /** Who would have to go before the run could have a place; none where one is free for it. */
  readonly rivals: readonly Binding[];
  /** Why there is no place: two others are there, or another run is that holds the same slot. */
  readonly refusal: "full" | "taken";
}

/** Sessions and who has their places; applies the table and knows no datagrams. */
export class Sessions {
  readonly index: BindingIndex;
  readonly #lifetimes: Timers;
  readonly #v1: V1Neighbour;
  #bound = 0;

  constructor(capacity: number, seed: number, v1: V1Neighbour) {
    this.index = new BindingIndex(capacity, seed);
    this.#lifetimes = new Timers(capacity, [...new Set(Object.values(REMEMBER_MS))]);
    this.#v1 = v1;
  }

  /** How many runs have a place. */
  get bound(): number {
    return this.#bound;
  }

  get expiresAt(): Instant {
    return this.#lifetimes.nextAt;
  }

  /** The run without a place that has been silent for longest; null where there is none. */
  get idlest(): Binding | null {
    const row = this.#lifetimes.first(REMEMBER_MS.full);
    return row === null ? null : this.index.at(row);
  }

  /** A binding whose time is over; null where there is none. */
  takeExpired(now: Instant): Binding | null {
    const row = this.#lifetimes.takeDue(now);
    return row === null ? null : this.index.at(row);
  }

  /** Moves a binding through the table. In phase "absent" its record is free for another run afterwards. */
  signal(binding: Binding, signal: BindingSignal, now: Instant): void {
    const phase = BINDING_TABLE[binding.phase][signal];
    if (phase === "never") throw new Error(`"${signal}" came to a binding that is ${binding.phase}`);
    if (binding.phase === "bound") this.#bound -= 1;
    if (phase === "bound") this.#bound += 1;
    if (phase === "absent") {
      this.#lifetimes.clear(binding.row);
      this.index.remove(binding);
    } else {
      binding.phase = phase;
      this.#lifetimes.set(binding.row, REMEMBER_MS[phase], now);
    }
  }

  /** What "admitted" comes to for a run that has its place, without the look into the table: nearly all that is heard. */
  keep(binding: Binding, now: Instant): void {
    this.#lifetimes.set(binding.row, REMEMBER_MS.bound, now);
  }

  partnerOf({ sid, row }: Binding): Binding | null {
    return this.index.bound(sid).find((each) => each.row !== row) ?? null;
  }

  /** What a run that has proved its address finds in its session; `known` is its own binding, where it has one. */
  contest(sid: Uint8Array, side: Side, known: Binding | null, remote: Endpoint): Contest {
    const others = this.index.bound(sid).filter((each) => each.row !== known?.row);
    const supplanted = others.filter((each) => each.isAt(remote));
    const rest = others.filter((each) => !each.isAt(remote));
    // Two of the same slot are never introduced to each other: they are one peer, started twice.
    const sameSlot = rest.filter((each) => side !== "any" && each.side === side);
    if (sameSlot.length > 0) return { supplanted, rivals: sameSlot, refusal: "taken" };
    return { supplanted, rivals: rest.length < PLACES ? [] : rest, refusal: "full" };
  }

  /** What a binding is to know of its partner. */
  stateOf(binding: Binding): BindingState {
    if (this.partnerOf(binding) !== null) return "present";
    const { pair, side } = binding;
    return pair !== null && this.#v1.isPartnerThere(pair, side) ? "v1" : "waiting";
  }
}

/** Which place a run wants by its features: the first or second slot's in the session of a pair of slots, else any. */
export function sideOf(features: number): Side {
  if ((features & v2.FEATURES.slot) === 0) return "any";
  return (features & v2.FEATURES.second) === 0 ? "first" : "second";
}
