import { createRandomBytes, type Host, type Instant, type Running } from "@netpunch/simnet";
import { type Endpoint, ipFamily, sameEndpoint, v1, v2 } from "@netpunch/wire";
import { createKeyring, type Keyring } from "../inspect/keyring.js";
import { type Journey, journeysOf } from "../trace/journey.js";
import { Recorder } from "../trace/timeline.js";
import { type Choices, SIDES, type SideName } from "./choices.js";
import { planDeeds } from "./deeds.js";
import type { Drill, DrillEvent } from "./drill.js";
import { DRILLS } from "./drills.js";
import { buildNet, CONTROL, CONTROL_IPV6, type Gateway, type Net, PEER_PORT } from "./net.js";
import type { ControlView, GatewayView, Mark, Run } from "./run.js";
import type { Stage } from "./stage.js";
import { PeerWatch, watched } from "./watch.js";

/** chosen: the applications' first words come a moment after the drills are done, and are seen to arrive. */
const TALK_AFTER_MS = 20;
const LINGER_MS = 100;
/** chosen: what a deed does is seen within so long. */
const AFTER_LAST_DEED_MS = 5000;

const keyring: Keyring = createKeyring();

/** Lets control and two peers run, and writes down all that happens. The same choices give the same run. */
export function simulate(choices: Choices): Run {
  return new Simulation(choices).run();
}

class Simulation implements Stage {
  readonly net: Net;
  readonly #choices: Choices;
  readonly #drill: Drill;
  readonly #watches: Readonly<Record<SideName, PeerWatch>>;
  readonly #byName: ReadonlyMap<string, Gateway>;
  readonly #sites: ReadonlyMap<string, string>;
  readonly #gateways = new Map<string, Recorder<GatewayView>>();
  readonly #control = new Recorder<ControlView>({ state: "running", known: [] });
  readonly #marks: Mark[] = [];
  readonly #running: Readonly<Record<SideName, Running<DrillEvent>>>;
  #controlRunning: Running<unknown> | null = null;
  #controlStarts = 0;
  #bothEndedAt: Instant | null = null;
  readonly #heard: Record<SideName, boolean> = { a: false, b: false };

  constructor(choices: Choices) {
    this.#choices = choices;
    this.#drill = DRILLS[choices.protocol];
    this.net = buildNet(choices, (fate) => this.#look(fate.node));
    this.#watches = { a: new PeerWatch(this.#drill.peers.a), b: new PeerWatch(this.#drill.peers.b) };
    const gateways = [...new Set([...this.net.gateways.a, ...this.net.gateways.b])];
    this.#byName = new Map(gateways.map((gateway) => [gateway.name, gateway]));
    this.#sites = new Map(this.net.internet.nodes.map(({ name, site }) => [name, site]));
    for (const gateway of gateways) this.#gateways.set(gateway.name, new Recorder(viewOf(gateway)));
    this.startControl();
    this.#running = { a: this.#startPeer("a"), b: this.#startPeer("b") };
    planDeeds(choices.deeds, this);
    if (choices.deeds.length > 0) this.net.internet.at(this.#lastDeedAt, () => {});
  }

  run(): Run {
    const { internet } = this.net;
    const { bStartsAtMs, limitS } = this.#choices;
    internet.run({ until: () => this.#isOver(), limitMs: Math.max(bStartsAtMs + limitS * 1000, this.#lastDeedAt) });
    const endsAt = internet.now;
    const { trace } = internet;
    const journeys = journeysOf(trace, (node) => this.#siteOf(node), endsAt);
    return {
      choices: this.#choices,
      origin: "simulated",
      nodes: internet.nodes.map(({ name, kind, site, addresses }) => ({ name, kind, site, addresses })),
      journeys,
      peers: { a: this.#watches.a.record, b: this.#watches.b.record },
      gateways: Object.fromEntries([...this.#gateways].map(([name, { timeline }]) => [name, timeline])),
      control: this.#control.timeline,
      controlAt: [CONTROL, CONTROL_IPV6],
      marks: this.#marks,
      startsAt: { a: 0, b: bStartsAtMs },
      endsAt,
      talked: this.#talked(journeys),
      trace,
    };
  }

  stopControl(): void {
    this.#controlRunning?.close();
    this.#controlRunning = null;
    this.#control.set(this.net.internet.now, { state: "stopped", known: [] });
  }

  startControl(): void {
    if (this.#controlRunning !== null) return;
    this.#controlStarts += 1;
    const random = createRandomBytes(this.#choices.seed, `control ${this.#controlStarts}`);
    const core = watched(this.#drill.createControl(random), keyring, "control", ({ at }, input) => {
      if (input.type === "datagram") this.#noteKnown(at, input.datagram);
    });
    this.#control.set(this.net.internet.now, { state: "running", known: [] });
    this.#controlRunning = this.net.control.run(core, { port: CONTROL.port });
  }

  mark(text: string): void {
    this.#marks.push({ at: this.net.internet.now, text });
    for (const name of this.#byName.keys()) this.#look(name);
  }

  #startPeer(side: SideName): Running<DrillEvent> {
    const host = this.net.hosts[side];
    const random = createRandomBytes(this.#choices.seed, `peer ${side}`);
    const watch = this.#watches[side];
    const core = watched(this.#drill.peers[side].create(random), keyring, "peer", (turn) => {
      watch.take(turn);
      for (const event of turn.events) if (event.type === "protocol") this.mark(protocolText(side, event));
    });
    return host.run(core, {
      port: PEER_PORT,
      startAtMs: side === "a" ? 0 : this.#choices.bStartsAtMs,
      resolve: () => controlsFor(host),
      onDone: (running) => this.#onDone(side, running),
      onPass: ({ remote }) => {
        const { hole } = watch.record;
        if (hole !== null && sameEndpoint(remote, hole)) this.#heard[side] = true;
      },
    });
  }

  #onDone(side: SideName, running: Running<DrillEvent>): void {
    const { internet } = this.net;
    if (this.#drill.peers[side].whenConnected === "end") {
      running.close();
      this.#watches[side].end(internet.now);
    }
    if (this.#bothEndedAt !== null || !SIDES.every((each) => this.#running[each].doneAt !== null)) return;
    this.#bothEndedAt = internet.now;
    internet.at(internet.now + TALK_AFTER_MS, () => this.#talk());
    // Something to happen then, so that the run does not go on to the next keepalive.
    internet.at(internet.now + this.#lingerMs, () => {});
  }

  get #lingerMs(): number {
    const { latencyMs, jitterMs } = this.#choices;
    return TALK_AFTER_MS + LINGER_MS + 2 * latencyMs + 2 * jitterMs;
  }

  /** The two programs say a word each through the hole. */
  #talk(): void {
    for (const side of SIDES) {
      const { hole } = this.#watches[side].record;
      if (hole === null) continue;
      const hello = new TextEncoder().encode(helloOf(side));
      if (this.#running[side].state !== "closed") this.#running[side].send(hole, hello);
      else this.#socketOf(side).send(hole, hello);
    }
  }

  #socketOf(side: SideName) {
    const onDatagram = () => {
      this.#heard[side] = true;
    };
    return this.net.hosts[side].socket({ port: PEER_PORT, onDatagram });
  }

  /** When the last deed has had its time. */
  get #lastDeedAt(): Instant {
    return Math.max(0, ...this.#choices.deeds.map(({ atMs }) => atMs + AFTER_LAST_DEED_MS));
  }

  #isOver(): boolean {
    if (this.#bothEndedAt === null || this.net.internet.now < this.#lastDeedAt) return false;
    return this.net.internet.now >= this.#bothEndedAt + this.#lingerMs;
  }

  #talked(journeys: readonly Journey[]): Run["talked"] {
    // The run ended before their words could have arrived: nothing is known of them.
    if (this.#bothEndedAt === null || this.net.internet.now < this.#bothEndedAt + this.#lingerMs) return null;
    if (SIDES.some((side) => this.#watches[side].record.hole === null)) return null;
    const unheard = SIDES.filter((side) => !this.#heard[side === "a" ? "b" : "a"]);
    if (unheard.length === 0) return "both";
    // What a link lost says nothing against the hole.
    if (unheard.every((side) => wasLost(helloOf(side), journeys))) return null;
    return unheard.length === 1 ? "one" : "nobody";
  }

  #noteKnown(at: Instant, { bytes, remote }: { readonly bytes: Uint8Array; readonly remote: Endpoint }): void {
    const who = announcerOf(bytes);
    if (who === null) return;
    const { state, known } = this.#control.latest;
    const others = known.filter((each) => each.who !== who);
    this.#control.set(at, { state, known: [...others, { who, endpoint: { ...remote } }] });
  }

  #siteOf(node: string): string {
    return this.#sites.get(node) ?? "internet";
  }

  /** Takes down the table of the gateway where something happened, or of the one right before the host where it did. */
  #look(node: string): void {
    const gateway = this.#byName.get(node) ?? this.#byName.get(this.#siteOf(node));
    if (gateway !== undefined) this.#gateways.get(gateway.name)?.set(this.net.internet.now, viewOf(gateway));
  }
}

function helloOf(side: SideName): string {
  return `hello from ${side}`;
}

/** Whether a word, and every copy of it, was lost on a link. */
function wasLost(word: string, journeys: readonly Journey[]): boolean {
  return journeys
    .filter(({ bytes }) => new TextDecoder().decode(bytes) === word)
    .every(({ ending }) => ending.type === "under-way" || (ending.type === "dropped" && ending.reason === "lost"));
}

/** What a peer that can fall back says of it: aloud, as its user should know. */
function protocolText(side: SideName, event: DrillEvent): string {
  const does = event["protocol"] === "both" ? "tries v1 as well" : `goes by ${event["protocol"]}`;
  return `Peer ${side} ${does}: ${event["why"]}.`;
}

function viewOf(gateway: Gateway): GatewayView {
  const isNat = "mappings" in gateway;
  return {
    address: isNat ? gateway.address : null,
    mappings: isNat ? gateway.mappings() : [],
    pinholes: gateway.pinholes(),
    udp: gateway.udp,
  };
}

/** As a resolver orders them: IPv6 first where the host has it. */
function controlsFor({ addresses }: Host) {
  return addresses.some((address) => ipFamily(address) === 6) ? [CONTROL_IPV6, CONTROL] : [CONTROL];
}

/** Who an authentic announce is from; v2's bind only with a cookie. */
function announcerOf(bytes: Uint8Array): string | null {
  if (v2.isFrame(bytes)) {
    const decoded = v2.decode(bytes);
    if (!decoded.ok || decoded.frame.type !== "announce" || !keyring.control.verify(bytes)) return null;
    const { cookie, id } = decoded.frame;
    return cookie.some((byte) => byte !== 0) ? `run ${v2.formatId(id.subarray(0, 2))}` : null;
  }
  const opened = keyring.v1.open(bytes);
  const decoded = opened.ok ? v1.decodeForControl(opened.payload) : null;
  return decoded?.ok ? `slot ${decoded.message.slot}` : null;
}
