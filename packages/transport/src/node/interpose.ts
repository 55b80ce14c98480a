import type { RemoteInfo, UdpSocket } from "../socket.js";

/**
 * Why `emit`. The application may share a socket with a driver (it brought the socket, or got it with the hole), and its
 * `message` listeners must never see netpunch's datagrams. Listeners come and go at any time, through `on`, `once`,
 * `prependListener` or `events.on()`, before and after the driver: taking them off and wrapping them would miss the
 * later ones and break `off()`. All that node does with a datagram is `socket.emit("message", bytes, remote)`, so an
 * `emit` of the instance's own sees each datagram first and every listener stays as it was put.
 */

/** Hears a socket's datagrams before its listeners do; what it does not hand on ends there. */
export type Ear = (bytes: Uint8Array, remote: RemoteInfo) => void;

/** One ear's place on a socket. */
export interface Interposition {
  /** Hands a datagram on: to the next ear, after the last one to the socket's listeners. */
  pass(bytes: Uint8Array, remote: RemoteInfo): void;
  remove(): void;
}

type Emit = (this: unknown, event: string | symbol, ...args: unknown[]) => boolean;

/** The ears of one socket, first come first served; one `emit` serves them all, so they may leave in any order. */
class Ears {
  readonly #socket: UdpSocket & { emit: Emit };
  readonly #ears: Ear[] = [];
  readonly #before: PropertyDescriptor | undefined;
  readonly #original: Emit;
  readonly #emit: Emit;

  constructor(socket: UdpSocket & { emit: Emit }) {
    this.#socket = socket;
    this.#before = Object.getOwnPropertyDescriptor(socket, "emit");
    this.#original = socket.emit;
    const ears = this;
    this.#emit = function emit(event, ...args) {
      if (event !== "message") return ears.#original.call(socket, event, ...args);
      ears.#deliver(0, args[0] as Uint8Array, args[1] as RemoteInfo);
      return true;
    };
    Object.defineProperty(socket, "emit", { value: this.#emit, configurable: true, writable: true });
  }

  add(ear: Ear): Interposition {
    this.#ears.push(ear);
    return {
      pass: (bytes, remote) => this.#deliver(this.#ears.indexOf(ear) + 1, bytes, remote),
      remove: () => this.#remove(ear),
    };
  }

  #deliver(from: number, bytes: Uint8Array, remote: RemoteInfo): void {
    const ear = this.#ears[from];
    if (ear !== undefined) ear(bytes, remote);
    else this.#original.call(this.#socket, "message", bytes, remote);
  }

  #remove(ear: Ear): void {
    const at = this.#ears.indexOf(ear);
    if (at !== -1) this.#ears.splice(at, 1);
    // Somebody may have put an `emit` of theirs over ours meanwhile: then ours stays below it and only hands through.
    if (this.#ears.length > 0 || this.#socket.emit !== this.#emit) return;
    if (this.#before === undefined) Reflect.deleteProperty(this.#socket, "emit");
    else Object.defineProperty(this.#socket, "emit", this.#before);
    earsOf.delete(this.#socket);
  }
}

const earsOf = new WeakMap<UdpSocket, Ears>();

/** Puts `ear` in front of the socket's `message` listeners, behind the ears that are there. */
export function interpose(socket: UdpSocket, ear: Ear): Interposition {
  let ears = earsOf.get(socket);
  if (ears === undefined) {
    ears = new Ears(socket as UdpSocket & { emit: Emit });
    earsOf.set(socket, ears);
  }
  return ears.add(ear);
}
