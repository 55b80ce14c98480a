import type { Core, Deadline, Input, Instant, LocalAddress, Output } from "@netpunch/transport";

/** A core whose every answer a test writes; it keeps what it was told, with copies of the bytes. */
export class ToyCore implements Core<string> {
  deadline: Deadline | null = null;
  readonly told: { now: Instant; input: Input }[] = [];
  /** The addresses that it was told; they answer nothing, and are none of what was `told`. */
  readonly addresses: { now: Instant; addresses: readonly LocalAddress[] }[] = [];
  readonly #answer: (this: ToyCore, input: Input, now: Instant) => readonly Output<string>[];

  constructor(answer: (this: ToyCore, input: Input, now: Instant) => readonly Output<string>[] = () => []) {
    this.#answer = answer;
  }

  handle(now: Instant, input: Input): readonly Output<string>[] {
    if (input.type === "addresses") {
      this.addresses.push({ now, addresses: input.addresses });
      return [];
    }
    this.told.push({
      now,
      input:
        input.type === "datagram"
          ? { ...input, datagram: { ...input.datagram, bytes: input.datagram.bytes.slice() } }
          : input,
    });
    return this.#answer.call(this, input, now);
  }

  /** "start at 0", "wake at 100" ... */
  get log(): string[] {
    return this.told.map(({ now, input }) => `${input.type} at ${now}`);
  }
}

/** Sends its greeting every 100 ms until somebody answers. */
export function createPinger(remote: { address: string; port: number }): ToyCore {
  return new ToyCore(function (input, now) {
    if (input.type === "datagram") {
      this.deadline = null;
      return [{ type: "event", event: "answered" }, { type: "done" }];
    }
    this.deadline = { at: now + 100, why: "asking again" };
    return [{ type: "send", datagram: { socket: 0, remote, bytes: new TextEncoder().encode("ping") } }];
  });
}

/** Sends back what it hears. */
export function createEcho(): ToyCore {
  return new ToyCore((input) => (input.type === "datagram" ? [{ type: "send", datagram: input.datagram }] : []));
}
