import { type Endpoint, v2 } from "@netpunch/wire";
import { sourceCell } from "../../source.js";
import { SOURCE_CELLS } from "./budgets.js";
import type { RelayEnd, Run } from "./end.js";

/** Finds ends by their run and by their address, and counts those of each source. */
export class RelayEnds {
  readonly #byRun = new Map<string, RelayEnd>();
  /** By address, then by port: no text has to be made for a look. */
  readonly #byAddress = new Map<string, Map<number, RelayEnd>>();
  readonly #perSource = new Uint32Array(SOURCE_CELLS);
  readonly #seed: number;

  /** @param seed what nobody outside knows makes it hard to find sources that are counted together */
  constructor(seed: number) {
    this.#seed = seed;
  }

  get size(): number {
    return this.#byRun.size;
  }

  all(): Iterable<RelayEnd> {
    return this.#byRun.values();
  }

  of(run: Run): RelayEnd | null {
    return this.#byRun.get(keyOf(run)) ?? null;
  }

  at({ address, port }: Endpoint): RelayEnd | null {
    return this.#byAddress.get(address)?.get(port) ?? null;
  }

  cellOf({ address }: Endpoint): number {
    return sourceCell(address, SOURCE_CELLS, this.#seed);
  }

  /** How many ends the sources of a cell have. */
  countIn(cell: number): number {
    return this.#perSource[cell] ?? 0;
  }

  /** The end with which this one makes a pair: of the same session, and each names the other. */
  counterpartOf(end: RelayEnd): RelayEnd | null {
    const { sid, id, partnerId } = end;
    const other = this.of({ sid, id: partnerId });
    // A run that names itself would have control send everything back to it.
    return other !== null && other !== end && v2.sameId(other.partnerId, id) ? other : null;
  }

  add(end: RelayEnd): void {
    this.#byRun.set(keyOf(end), end);
    this.#place(end);
  }

  remove(end: RelayEnd): void {
    this.#byRun.delete(keyOf(end));
    this.#displace(end);
  }

  /** Moves an end to an address where no other one is. */
  move(end: RelayEnd, remote: Endpoint): void {
    this.#displace(end);
    end.remote = remote;
    end.cell = this.cellOf(remote);
    this.#place(end);
  }

  #place(end: RelayEnd): void {
    const { address, port } = end.remote;
    const ports = this.#byAddress.get(address) ?? new Map<number, RelayEnd>();
    this.#byAddress.set(address, ports.set(port, end));
    this.#perSource[end.cell] = this.countIn(end.cell) + 1;
  }

  #displace(end: RelayEnd): void {
    const { address, port } = end.remote;
    const ports = this.#byAddress.get(address);
    ports?.delete(port);
    if (ports?.size === 0) this.#byAddress.delete(address);
    this.#perSource[end.cell] = this.countIn(end.cell) - 1;
  }
}

function keyOf({ sid, id }: Run): string {
  return `${v2.formatId(sid)} ${v2.formatId(id)}`;
}
