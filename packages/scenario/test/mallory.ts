import { createHmac } from "node:crypto";
import { createCandidateSeal, type SessionKeys } from "@netpunch/crypto";
import {
  type Core,
  createRandomBytes,
  type Datagram,
  type Fate,
  type Host,
  type Input,
  type Instant,
  type Internet,
  type Output,
} from "@netpunch/simnet";
import { type Endpoint, formatEndpoint, v2 } from "@netpunch/wire";
import { CONTROL, type Parts } from "../src/index.js";

/** A datagram as it left its sender. */
export type Said = Extract<Fate, { readonly type: "sent" }>;

/** Hears each datagram where its sender's link begins, before anybody translates its address, and may do something then. */
export class Eavesdropper {
  readonly heard: Said[] = [];
  readonly #react: (said: Said, net: Internet) => void;
  #net: Internet | null = null;

  constructor(react: (said: Said, net: Internet) => void = () => {}) {
    this.#react = react;
  }

  /** For the option `onFate`. */
  readonly onFate = (fate: Fate): void => {
    if (fate.type !== "sent" || fate.node === "mallory") return;
    this.heard.push(fate);
    const net = this.#net;
    net?.at(net.now, () => this.#react(fate, net));
  };

  /** For the option `prepare`, where it is to do something. */
  readonly prepare = ({ net }: Pick<Parts, "net">): void => {
    this.#net = net;
  };

  by(node: string): readonly Said[] {
    return this.heard.filter((said) => said.node === node);
  }

  /** How many bytes were sent to an address, whatever the port. */
  bytesTo(address: string): number {
    return this.heard.filter(({ to }) => to.address === address).reduce((sum, { bytes }) => sum + bytes.length, 0);
  }
}

export function typeOf({ bytes }: { readonly bytes: Uint8Array }): v2.FrameType | null {
  const decoded = v2.decode(bytes);
  return decoded.ok ? decoded.frame.type : null;
}

/** A frame signed with whatever key its forger has. */
export function forged(frame: v2.Frame, key: Uint8Array): Uint8Array {
  const bytes = v2.encode(frame);
  const signed = bytes.subarray(0, -v2.MAC_BYTES);
  bytes.set(createHmac("sha256", key).update(signed).digest().subarray(0, v2.MAC_BYTES), signed.length);
  return bytes;
}

export function endpointOf(host: Host, port = 5000): Endpoint {
  return { address: host.addresses[0] ?? "", port };
}

/** Endpoints of one machine, from a port on. */
export function portsOf(host: Host, first: number, count: number): readonly Endpoint[] {
  return Array.from({ length: count }, (_, index) => endpointOf(host, first + index));
}

/** A peer that has the secret, takes a place in the session, and says that it is wherever it likes. */
export class LyingPeer implements Core<never> {
  readonly deadline = null;
  readonly #keys: SessionKeys;
  readonly #random = createRandomBytes(1, "mallory");
  readonly #id = this.#random(v2.ID_BYTES);
  readonly #blob: Uint8Array;
  #seq = 0;
  #cookie: Uint8Array = new Uint8Array(v2.COOKIE_BYTES);

  constructor(keys: SessionKeys, candidates: readonly v2.Candidate[]) {
    this.#keys = keys;
    const owner = { sid: keys.sid, id: this.#id };
    this.#blob = createCandidateSeal(keys.candidates).seal(candidates, owner, this.#random(v2.BLOB_NONCE_BYTES));
  }

  handle(_now: Instant, input: Input): readonly Output<never>[] {
    if (input.type === "start") return [this.#announce(0)];
    if (input.type !== "datagram") return [];
    const decoded = v2.decode(input.datagram.bytes);
    if (!decoded.ok) return [];
    const { frame } = decoded;
    if (frame.type === "challenge") {
      this.#cookie = frame.cookie.slice();
      return [this.#announce(0)];
    }
    return frame.type === "info" && frame.cause === "push" ? [this.#announce(frame.pushSeq)] : [];
  }

  #announce(ackPush: number): Output<never> {
    const { sid } = this.#keys;
    const own = { sid, id: this.#id, seq: ++this.#seq, ackPush, cookie: this.#cookie, blob: this.#blob };
    const bytes = forged({ type: "announce", features: 0, ...own }, this.#keys.control);
    const datagram: Datagram = { socket: 0, remote: CONTROL, bytes };
    return { type: "send", datagram };
  }
}

/** How often something was sent to each of the endpoints. */
export function countTo(heard: readonly Said[], endpoints: readonly Endpoint[]): readonly number[] {
  const texts = heard.map(({ to }) => formatEndpoint(to));
  return endpoints.map((endpoint) => texts.filter((text) => text === formatEndpoint(endpoint)).length);
}
