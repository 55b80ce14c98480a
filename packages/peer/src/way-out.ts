// biome-ignore-all lint/style/noExcessiveLinesPerFile: the relay has made it too long; it is to be split.
import type { Datagram, Deadline, Input, Instant, Output, SocketId } from "@netpunch/transport";
import { type Endpoint, ipFamily, sameEndpoint, v2 } from "@netpunch/wire";
import type { PeerEvent } from "./events.js";
import type { Path } from "./path.js";
import type { CoreMaker, PunchCore } from "./punch-core.js";
import { WAY_OUT } from "./way-out.table.js";

export interface WayOutOptions {
  /** Makes the core of one try. */
  readonly make: CoreMaker;
  /** The local port of the first socket. */
  readonly port: number;
  /** "forbidden": the hole must begin at that port. */
  readonly otherPort: "allowed" | "forbidden";
  /** A source of so many bytes, for a pause that differs from the partner's. */
  readonly random: (length: number) => Uint8Array;
}

type Outputs = readonly Output<PeerEvent>[];

/**
 * A drill that leaves where it is stuck.
 *
 * A router can hold an entry that defeats both peers: our datagrams leave it from another port than the partner was told, and
 * the partner's NAT drops them. A machine's former address leaves such an entry; on a router that filters nothing, a ping that
 * comes before ours has gone out does. Each further ping keeps the entry alive, so a drill that only tries again never ends.
 *
 * Where nothing was heard of a partner that is there, the drill therefore starts anew from another local port, of which no
 * router knows anything. Its first pings have few hops: they open our own routers, and do not reach the partner's, so that the
 * partner's ping is the first that passes both. Where the port must stay, we are silent for longer than such an entry lives, as
 * a partner in the same position is.
 *
 * A hole is never lost by that: whoever has one has heard the partner, and so has the partner.
 */
export function createWayOut(options: WayOutOptions): PunchCore {
  return new WayOut(options);
}

class WayOut implements PunchCore {
  readonly #options: WayOutOptions;
  #core: PunchCore;
  #socket: SocketId = 0;
  #controls: readonly Endpoint[] = [];
  #addresses: Extract<Input, { type: "addresses" }> | null = null;
  /** The first word to control that was not answered yet. */
  #askedAt: Instant | null = null;
  #roundTripMs = 0;
  /** Since when the partner has been there, and silent; null: it is not there, or it was heard. */
  #vainSince: Instant | null = null;
  /** Where v1's control says that it is: said again and again, which is no news. */
  #introduced: Endpoint | null = null;
  /** Where the partner's NAT shows it, as control said. */
  #partner: readonly Endpoint[] = [];
  #introducedAt: Instant = 0;
  #heard = false;
  /** How often it left its place. */
  #moves = 0;
  #opening = false;
  /** How far pings to the partner may go until it is heard. */
  #hops: { readonly most: number; until: Instant | null } | null = null;
  #silentUntil: Instant | null = null;
  #pauseShare = 0;
  #left = false;

  constructor(options: WayOutOptions) {
    this.#options = options;
    this.#core = options.make(options.port);
    this.#drawPause();
  }

  get hole(): Endpoint | null {
    return this.#core.hole;
  }

  get path(): Path | null {
    const { path } = this.#core;
    return path === null ? null : { ...path, socket: this.#socket };
  }

  get socket(): SocketId {
    return this.#socket;
  }

  get deadline(): Deadline | null {
    const { deadline } = this.#core;
    const own = this.#ownDeadline;
    return own !== null && (deadline === null || own.at < deadline.at) ? own : deadline;
  }

  handle(now: Instant, input: Input): Outputs {
    switch (input.type) {
      case "socketOpened":
        return this.#takeSocket(input.socket, input.port, now);
      case "socketFailed":
        // The next try may find one.
        this.#opening = false;
        this.#moves += 1;
        this.#vainSince = now;
        return [];
      case "wake":
        return this.#wake(now);
      default:
        return this.#tell(now, input);
    }
  }

  leave(now: Instant): Outputs {
    this.#left = true;
    this.#vainSince = null;
    return this.#sent(this.#core.leave?.(now) ?? []);
  }

  handOver(): void {
    this.#core.handOver?.();
  }

  get #ownDeadline(): Deadline | null {
    if (this.#silentUntil !== null) return { at: this.#silentUntil, why: "silent towards the partner" };
    if (this.#vainSince === null || this.#opening) return null;
    return { at: this.#vainSince + this.#patienceMs, why: "drilling in vain" };
  }

  get #patienceMs(): number {
    const { otherPort } = this.#options;
    const { leastMs, spreadMs } = WAY_OUT[otherPort === "allowed" ? "otherPort" : "samePort"];
    const least = Math.max(leastMs, WAY_OUT.roundTrips * this.#roundTripMs);
    return (least + this.#pauseShare * spreadMs) * 2 ** Math.min(this.#moves, WAY_OUT.doublings);
  }

  #wake(now: Instant): Outputs {
    const outputs = this.#tell(now, { type: "wake" });
    const own = this.#ownDeadline;
    if (own === null || now < own.at) return outputs;
    return [...outputs, ...this.#act(now)];
  }

  /** The time of this try is over. */
  #act(now: Instant): Outputs {
    if (this.#silentUntil !== null) {
      this.#silentUntil = null;
      return this.#startAnew(now, this.#options.port);
    }
    const isGone = this.#introduced !== null && now - this.#introducedAt > WAY_OUT.introducedMs;
    if (isGone) {
      this.#vainSince = null;
      return [];
    }
    if (this.#options.otherPort === "forbidden") {
      this.#silentUntil = now + WAY_OUT.silenceMs;
      return [event({ type: "wayOut", way: "silence", ms: WAY_OUT.silenceMs })];
    }
    this.#opening = true;
    return [{ type: "openSocket" }];
  }

  #takeSocket(socket: SocketId, port: number, now: Instant): Outputs {
    this.#opening = false;
    if (this.#vainSince === null || this.#left) return [{ type: "closeSocket", socket }];
    const goodbye = this.#sent(this.#core.leave?.(now) ?? []);
    const before = this.#socket;
    this.#socket = socket;
    const most = WAY_OUT.hops[this.#moves % WAY_OUT.hops.length] ?? null;
    this.#hops = most === null ? null : { most, until: null };
    return [
      ...goodbye,
      { type: "closeSocket", socket: before },
      event({ type: "wayOut", way: "other port", port }),
      // Before control can tell the partner of the new port: its ping must find our router open.
      ...(most === null ? [] : this.#partner.map((remote) => opener(socket, remote, most))),
      ...this.#startAnew(now, port),
    ];
  }

  /** Another run, with what is known of the world. */
  #startAnew(now: Instant, port: number): Outputs {
    const goodbye = this.#socket === 0 ? this.#sent(this.#core.leave?.(now) ?? []) : [];
    this.#moves += 1;
    this.#vainSince = null;
    this.#introduced = null;
    this.#drawPause();
    this.#core = this.#options.make(port, this.#core.metAt);
    const outputs = [...goodbye, ...this.#tell(now, { type: "start" })];
    if (this.#addresses !== null) outputs.push(...this.#tell(now, this.#addresses));
    return outputs;
  }

  #tell(now: Instant, input: Input): Outputs {
    const heeded = this.#translate(input, now);
    if (heeded === null) return [];
    const outputs = this.#core.handle(now, heeded);
    for (const output of outputs) if (output.type === "event") this.#notice(output.event, now);
    return this.#sent(outputs, now);
  }

  /** What the core in use is told of it; null: nothing. */
  #translate(input: Input, now: Instant): Input | null {
    switch (input.type) {
      case "datagram": {
        const { datagram } = input;
        if (datagram.socket !== this.#socket) return null;
        if (!v2.isPeersWord(datagram.bytes)) this.#clock(datagram, now);
        return this.#socket === 0 ? input : { type: "datagram", datagram: { ...datagram, socket: 0 } };
      }
      case "sendFailed":
        return input.socket === this.#socket ? { ...input, socket: 0 } : null;
      case "addresses":
        this.#addresses = input;
        return { ...input, addresses: input.addresses.filter(({ address }) => this.#serves(address)) };
      case "resolved": {
        const endpoints = input.endpoints.filter(({ address }) => this.#serves(address));
        this.#controls = endpoints.map((endpoint) => ({ ...endpoint }));
        return endpoints.length > 0 ? { ...input, endpoints } : { type: "resolveFailed", error: new Error("no IPv4") };
      }
      default:
        return input;
    }
  }

  /** The traps are those of NATs, so another socket is one of IPv4. */
  #serves(address: string): boolean {
    return this.#socket === 0 || ipFamily(address) === 4;
  }

  #notice(event: PeerEvent, now: Instant): void {
    switch (event.type) {
      case "candidates":
        this.#introduced = null;
        this.#partner = event.candidates
          .filter(({ kind, endpoint }) => kind === "reflexive" && isIpv4(endpoint))
          .map(({ endpoint }) => endpoint);
        if (event.candidates.some(({ endpoint }) => isIpv4(endpoint))) this.#meet(now);
        break;
      case "introduced":
        this.#introducedAt = now;
        // Where control had not named it for a while, it is there again.
        if (this.#vainSince !== null && this.#introduced !== null && sameEndpoint(this.#introduced, event.endpoint))
          break;
        this.#introduced = { ...event.endpoint };
        if (!isIpv4(event.endpoint)) break;
        this.#partner = [this.#introduced];
        this.#meet(now);
        break;
      case "session":
        if (event.state === "present" || event.state === "v1") break;
        this.#vainSince = null;
        // Whoever comes next is another run, which was not heard yet.
        this.#heard = this.hole !== null;
        break;
      case "heard":
      case "connected":
        this.#heard = true;
        this.#vainSince = null;
        this.#silentUntil = null;
        this.#hops = null;
        break;
    }
  }

  /** The partner is there, or is somewhere else than before. */
  #meet(now: Instant): void {
    this.#silentUntil = null;
    if (this.#heard || !this.#controls.some(isIpv4)) return;
    this.#vainSince = now;
    if (this.#hops !== null) {
      this.#hops.until ??= now + Math.max(WAY_OUT.fewHopsMs, WAY_OUT.roundTrips * this.#roundTripMs);
    }
  }

  /** Carries out what a core wants, from the socket in use and as far as it may go. */
  #sent(outputs: Outputs, now: Instant = Number.NEGATIVE_INFINITY): Output<PeerEvent>[] {
    return outputs.flatMap((output): Output<PeerEvent>[] => {
      // From the first socket as it came: a driver knows more of its own datagram than a copy has.
      if (output.type === "pass" && this.#socket !== 0) {
        return [{ ...output, datagram: { ...output.datagram, socket: this.#socket } }];
      }
      if (output.type !== "send") return [output];
      const datagram = this.#socket === 0 ? output.datagram : { ...output.datagram, socket: this.#socket };
      if (this.#isControl(datagram.remote)) {
        // The partner's answers through control take another time.
        if (!v2.isPeersWord(datagram.bytes)) this.#askedAt ??= now;
        return [{ type: "send", datagram }];
      }
      if (this.#silentUntil !== null) return [];
      const { most, until } = this.#hops ?? { most: 0, until: null };
      const isNear = this.#hops !== null && (until === null || now < until) && isIpv4(datagram.remote);
      return [isNear ? { type: "send", datagram, hops: most } : { type: "send", datagram }];
    });
  }

  #isControl(remote: Endpoint): boolean {
    return this.#controls.some((control) => sameEndpoint(control, remote));
  }

  /** Takes the time of what control answers. */
  #clock({ remote, bytes }: Datagram, now: Instant): void {
    if (this.#askedAt === null || !this.#isControl(remote)) return;
    const sampleMs = now - this.#askedAt;
    if (!v2.isFrame(bytes)) {
      // v1's control does not answer each word, so the last sample has to do.
      this.#roundTripMs = Math.min(sampleMs, WAY_OUT.longestV1RoundTripMs);
    } else if (sampleMs <= WAY_OUT.longestRoundTripMs) {
      // The longest counts: where several words are under way, an answer to an earlier one makes the next sample too short.
      this.#roundTripMs = Math.max(this.#roundTripMs, sampleMs);
    }
    this.#askedAt = null;
  }

  #drawPause(): void {
    this.#pauseShare = (this.#options.random(1)[0] ?? 0) / 256;
  }
}

function event(event: PeerEvent): Output<PeerEvent> {
  return { type: "event", event };
}

/** Opens our own router for an address; it is empty, as it is to get no further. */
function opener(socket: SocketId, remote: Endpoint, hops: number): Output<PeerEvent> {
  return { type: "send", datagram: { socket, remote, bytes: new Uint8Array(0) }, hops };
}

function isIpv4({ address }: Endpoint): boolean {
  return ipFamily(address) === 4;
}
