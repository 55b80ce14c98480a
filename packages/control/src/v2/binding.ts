import type { Instant, SocketId } from "@netpunch/transport";
import { type Endpoint, v2 } from "@netpunch/wire";
import type { BindingPhase } from "./binding.table.js";

/*
 * What is known of a run, as a record in one buffer: to the garbage collector 300,000 of them are one object.
 *
 *   offset  bytes  what
 *   0       8      when it was last pushed to
 *   8       8      until when what was sent to it unasked is paid for
 *   16      8      since when it is to know what it has not acknowledged; -Infinity: it has
 *   24      4      seq: the highest taken from it
 *   28      4      pushSeq: the number of what it is to know now
 *   32      4      newsSeq: the first number that told it so
 *   36      4      row of the next record in its bucket of the index
 *   40      4      cell in which its source is counted
 *   44      2      port
 *   46      2      socket that it was heard by
 *   48      2      measured round trip in ms; 65,535: none was measured
 *   50      1      phase
 *   51      1      state that it is to know
 *   52      1      pushes made of that
 *   53      1      probes made since it last answered; 0: it is not probed
 *   54      1      side: which of the places it may have
 *   55      1      pair of v1's slots that its session is, from 1 on; 0: it is none
 *   56      2      size of its blob
 *   58      16     sid
 *   74      8      id
 *   82      269    blob
 *
 * Its address stands beside the buffer, as the text that outputs need.
 */

const PUSHED_AT = 0;
const PAID_AT = 8;
const TOLD_AT = 16;
const SEQ_AT = 24;
const PUSH_SEQ_AT = 28;
const NEWS_SEQ_AT = 32;
const NEXT_AT = 36;
const CELL_AT = 40;
const PORT_AT = 44;
const SOCKET_AT = 46;
const ROUND_TRIP_AT = 48;
const PHASE_AT = 50;
const STATE_AT = 51;
const PUSHES_AT = 52;
const PROBES_AT = 53;
const SIDE_AT = 54;
const PAIR_AT = 55;
const BLOB_SIZE_AT = 56;
const SID_AT = 58;
const ID_AT = SID_AT + v2.SID_BYTES;
const BLOB_AT = ID_AT + v2.ID_BYTES;
const RECORD_BYTES = BLOB_AT + v2.MAX_BLOB_BYTES;

const PHASES = ["absent", "bound", "full", "replaced", "left"] as const satisfies readonly BindingPhase[];
const STATES = ["waiting", "present", "v1"] as const satisfies readonly v2.InfoState[];
/** Which place it may have: any, or that of its slot. */
const SIDES = ["any", "first", "second"] as const;
const MOST_PUSHES_COUNTED = 255;
const NOT_MEASURED = 0xffff;

export type BindingState = (typeof STATES)[number];
export type Side = (typeof SIDES)[number];

/** Room for so many bindings. */
export class BindingRecords {
  readonly view: DataView;
  readonly bytes: Uint8Array;
  readonly addresses: string[];

  constructor(rows: number) {
    const buffer = new ArrayBuffer(rows * RECORD_BYTES);
    this.view = new DataView(buffer);
    this.bytes = new Uint8Array(buffer);
    this.addresses = new Array<string>(rows).fill("");
  }

  at(row: number): Binding {
    return new Binding(this, row);
  }
}

/** One record; two of them are the same binding where their rows are equal. */
export class Binding {
  readonly row: number;
  readonly #records: BindingRecords;
  readonly #view: DataView;
  readonly #at: number;

  constructor(records: BindingRecords, row: number) {
    this.row = row;
    this.#records = records;
    this.#view = records.view;
    this.#at = row * RECORD_BYTES;
  }

  /** Makes it the record of a run that nothing is known of yet. */
  begin(sid: Uint8Array, id: Uint8Array, side: Side): void {
    const { bytes } = this.#records;
    bytes.fill(0, this.#at, this.#at + RECORD_BYTES);
    bytes.set(sid, this.#at + SID_AT);
    bytes.set(id, this.#at + ID_AT);
    bytes[this.#at + SIDE_AT] = SIDES.indexOf(side);
    this.pushedAt = Number.NEGATIVE_INFINITY;
    this.toldAt = Number.NEGATIVE_INFINITY;
    this.paidUntil = Number.NEGATIVE_INFINITY;
    this.roundTripMs = Number.POSITIVE_INFINITY;
  }

  /** A view, good as long as the record is this binding's. */
  get sid(): Uint8Array {
    return this.#bytes(SID_AT, v2.SID_BYTES);
  }

  get id(): Uint8Array {
    return this.#bytes(ID_AT, v2.ID_BYTES);
  }

  get blob(): Uint8Array {
    return this.#bytes(BLOB_AT, this.#view.getUint16(this.#at + BLOB_SIZE_AT));
  }

  set blob(blob: Uint8Array) {
    this.#view.setUint16(this.#at + BLOB_SIZE_AT, blob.length);
    this.#records.bytes.set(blob, this.#at + BLOB_AT);
  }

  isOf(sid: Uint8Array): boolean {
    return this.#has(SID_AT, sid);
  }

  isRun(id: Uint8Array): boolean {
    return this.#has(ID_AT, id);
  }

  hasBlob(blob: Uint8Array): boolean {
    return this.#view.getUint16(this.#at + BLOB_SIZE_AT) === blob.length && this.#has(BLOB_AT, blob);
  }

  get endpoint(): Endpoint {
    return { address: this.#records.addresses[this.row] ?? "", port: this.#view.getUint16(this.#at + PORT_AT) };
  }

  set endpoint({ address, port }: Endpoint) {
    this.#records.addresses[this.row] = address;
    this.#view.setUint16(this.#at + PORT_AT, port);
  }

  isAt({ address, port }: Endpoint): boolean {
    return this.#view.getUint16(this.#at + PORT_AT) === port && this.#records.addresses[this.row] === address;
  }

  get socket(): SocketId {
    return this.#view.getUint16(this.#at + SOCKET_AT);
  }

  set socket(socket: SocketId) {
    this.#view.setUint16(this.#at + SOCKET_AT, socket);
  }

  get pushedAt(): Instant {
    return this.#view.getFloat64(this.#at + PUSHED_AT);
  }

  set pushedAt(now: Instant) {
    this.#view.setFloat64(this.#at + PUSHED_AT, now);
  }

  get paidUntil(): Instant {
    return this.#view.getFloat64(this.#at + PAID_AT);
  }

  set paidUntil(until: Instant) {
    this.#view.setFloat64(this.#at + PAID_AT, until);
  }

  /** See the layout; -Infinity where it has acknowledged all. */
  get toldAt(): Instant {
    return this.#view.getFloat64(this.#at + TOLD_AT);
  }

  set toldAt(now: Instant) {
    this.#view.setFloat64(this.#at + TOLD_AT, now);
  }

  /** How long it took to acknowledge; Infinity where it never has. Too long rather than too short. */
  get roundTripMs(): number {
    const ms = this.#view.getUint16(this.#at + ROUND_TRIP_AT);
    return ms === NOT_MEASURED ? Number.POSITIVE_INFINITY : ms;
  }

  set roundTripMs(ms: number) {
    const isMeasured = ms < Number.POSITIVE_INFINITY;
    this.#view.setUint16(this.#at + ROUND_TRIP_AT, isMeasured ? Math.min(ms, NOT_MEASURED - 1) : NOT_MEASURED);
  }

  get seq(): number {
    return this.#view.getUint32(this.#at + SEQ_AT);
  }

  set seq(seq: number) {
    this.#view.setUint32(this.#at + SEQ_AT, seq);
  }

  get pushSeq(): number {
    return this.#view.getUint32(this.#at + PUSH_SEQ_AT);
  }

  /** Goes round after 2^32, which a push each 100 ms reaches in 13 years. */
  set pushSeq(pushSeq: number) {
    this.#view.setUint32(this.#at + PUSH_SEQ_AT, pushSeq);
  }

  /** The first number that told it what it is to know now: an acknowledgement of this one, or of a later one, is enough. */
  get newsSeq(): number {
    return this.#view.getUint32(this.#at + NEWS_SEQ_AT);
  }

  set newsSeq(newsSeq: number) {
    this.#view.setUint32(this.#at + NEWS_SEQ_AT, newsSeq);
  }

  get next(): number {
    return this.#view.getInt32(this.#at + NEXT_AT);
  }

  set next(row: number) {
    this.#view.setInt32(this.#at + NEXT_AT, row);
  }

  get cell(): number {
    return this.#view.getUint32(this.#at + CELL_AT);
  }

  set cell(cell: number) {
    this.#view.setUint32(this.#at + CELL_AT, cell);
  }

  get phase(): BindingPhase {
    return PHASES[this.#view.getUint8(this.#at + PHASE_AT)] ?? "absent";
  }

  set phase(phase: BindingPhase) {
    this.#view.setUint8(this.#at + PHASE_AT, PHASES.indexOf(phase));
  }

  /** What it is to know of its partner, while it has a place. */
  get state(): BindingState {
    return STATES[this.#view.getUint8(this.#at + STATE_AT)] ?? "waiting";
  }

  set state(state: BindingState) {
    this.#view.setUint8(this.#at + STATE_AT, STATES.indexOf(state));
  }

  get pushes(): number {
    return this.#view.getUint8(this.#at + PUSHES_AT);
  }

  set pushes(pushes: number) {
    this.#view.setUint8(this.#at + PUSHES_AT, Math.min(pushes, MOST_PUSHES_COUNTED));
  }

  get probes(): number {
    return this.#view.getUint8(this.#at + PROBES_AT);
  }

  set probes(probes: number) {
    this.#view.setUint8(this.#at + PROBES_AT, probes);
  }

  get side(): Side {
    return SIDES[this.#view.getUint8(this.#at + SIDE_AT)] ?? "any";
  }

  /** Which of v1's pairs of slots its session is; null where it is none, or where it did not say its slot. */
  get pair(): number | null {
    const pair = this.#view.getUint8(this.#at + PAIR_AT);
    return pair === 0 ? null : pair - 1;
  }

  set pair(pair: number | null) {
    this.#view.setUint8(this.#at + PAIR_AT, pair === null ? 0 : pair + 1);
  }

  #bytes(offset: number, length: number): Uint8Array {
    return this.#records.bytes.subarray(this.#at + offset, this.#at + offset + length);
  }

  #has(offset: number, wanted: Uint8Array): boolean {
    const { bytes } = this.#records;
    const from = this.#at + offset;
    for (let i = 0; i < wanted.length; i++) {
      if (bytes[from + i] !== wanted[i]) return false;
    }
    return true;
  }
}
