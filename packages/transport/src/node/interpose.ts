import type { RemoteInfo, UdpSocket } from "../socket.js";

/**
 * Why `emit`. The application may share a socket with a driver (it brought the socket, or got it with the hole), and its
 * `message` listeners must never see netpunch's datagrams. Listeners come and go at any time, through `on`, `once`,
 * `prependListener` or `events.on()`, before and after the driver: taking them off and wrapping them would miss the
 * later ones and break `off()`. All that node does with a datagram is `socket.emit("message", bytes, remote)`, so an
 * `emit` of the instance's own sees each datagram first and every listener stays as it was put.
 */

/** Whom a datagram may still reach: the other ears and then the listeners, or the other ears only. */
export type Audience = "everybody" | "ears";

/** What one driver wants to hear of a socket. */
export interface Ear {
  /** A datagram, before the socket's listeners; what is not handed on ends here. */
  message(bytes: Uint8Array, remote: RemoteInfo, audience: Audience): void;
  error(error: Error): void;
  close(): void;
}

/** One ear's place on a socket. */
export interface Interposition {
  /** Hands a datagram on: to the next ear, and after the last one to the socket's listeners, if they may hear it. */
  pass(bytes: Uint8Array, remote: RemoteInfo, audience: Audience): void;
  remove(): void;
}

type Emit = UdpSocket["emit"];

/**
 * The ears of one socket, first come first served. One `emit` and one listener of each kind serve them all, so they may
 * leave in any order, and many sessions on one socket are no leak of listeners to node.
 */
class Ears {
  readonly #socket: UdpSocket;
  #ears: readonly Ear[] = [];
  readonly #before: PropertyDescriptor | undefined;
  readonly #original: Emit;
  readonly #emit: Emit;

  constructor(socket: UdpSocket) {
    this.#socket = socket;
    this.#before = Object.getOwnPropertyDescriptor(socket, "emit");
    this.#original = socket.emit;
    const ears = this;
    this.#emit = function emit(event, ...args) {
      if (event !== "message") return ears.#original.call(socket, event, ...args);
      ears.#deliver(0, args[0] as Uint8Array, args[1] as RemoteInfo, "everybody");
      return true;
    };
    Object.defineProperty(socket, "emit", { value: this.#emit, configurable: true, writable: true });
  }

  add(ear: Ear): Interposition {
    if (this.#ears.length === 0) {
      this.#socket.on("error", this.#failed);
      this.#socket.on("close", this.#closed);
    }
    this.#ears = [...this.#ears, ear];
    return {
      pass: (bytes, remote, audience) => this.#deliver(this.#ears.indexOf(ear) + 1, bytes, remote, audience),
      remove: () => this.#remove(ear),
    };
  }

  #deliver(from: number, bytes: Uint8Array, remote: RemoteInfo, audience: Audience): void {
    const ear = this.#ears[from];
    if (ear !== undefined) ear.message(bytes, remote, audience);
    else if (audience === "everybody") this.#original.call(this.#socket, "message", bytes, remote);
  }

  // The lists are never changed in place: an ear may leave while the others are told.
  readonly #failed = (error: Error): void => {
    for (const ear of this.#ears) ear.error(error);
  };

  readonly #closed = (): void => {
    for (const ear of this.#ears) ear.close();
  };

  #remove(ear: Ear): void {
    if (!this.#ears.includes(ear)) return;
    this.#ears = this.#ears.filter((other) => other !== ear);
    if (this.#ears.length > 0) return;
    this.#socket.off("error", this.#failed);
    this.#socket.off("close", this.#closed);
    // Somebody may have put an `emit` of theirs over ours meanwhile: then ours stays below it and only hands through.
    if (this.#socket.emit !== this.#emit) return;
    earsOf.delete(this.#socket);
    if (this.#before === undefined) Reflect.deleteProperty(this.#socket, "emit");
    else Object.defineProperty(this.#socket, "emit", this.#before);
  }
}

const earsOf = new WeakMap<UdpSocket, Ears>();

/** Puts `ear` in front of the socket's `message` listeners, behind the ears that are there. */
export function interpose(socket: UdpSocket, ear: Ear): Interposition {
  let ears = earsOf.get(socket);
  if (ears === undefined) {
    ears = new Ears(socket);
    earsOf.set(socket, ears);
  }
  return ears.add(ear);
}
