import type { Fate, Instant, MappingView, PinholeView } from "@netpunch/simnet";
import type { Endpoint } from "@netpunch/wire";
import type { Journey } from "../trace/journey.js";
import type { Timeline } from "../trace/timeline.js";
import type { Choices, SideName } from "./choices.js";
import type { PeerRecord } from "./watch.js";

/** Who is in the net, and where it is plugged in: "internet" or a gateway's name. */
export interface NodeInfo {
  readonly name: string;
  readonly kind: "host" | "nat" | "firewall" | "switch";
  readonly site: string;
  readonly addresses: readonly string[];
}

/** A gateway at one instant. */
export interface GatewayView {
  readonly address: string | null;
  readonly mappings: readonly MappingView[];
  readonly pinholes: readonly PinholeView[];
  readonly udp: "allowed" | "blocked";
}

/** Control at one instant: whom it has heard of, and from where. */
export interface ControlView {
  readonly state: "running" | "stopped";
  readonly known: readonly { readonly who: string; readonly endpoint: Endpoint }[];
}

/** Something that was done to the net. */
export interface Mark {
  readonly at: Instant;
  readonly text: string;
}

/**
 * All that happened, from the first instant to the last. It is data: what the page shows at an instant is looked up in
 * here, so going back and forth in time is exact.
 */
export interface Run {
  readonly choices: Choices;
  /** "simulated", or what real processes on this machine saw. */
  readonly origin: "simulated" | "live";
  readonly nodes: readonly NodeInfo[];
  readonly journeys: readonly Journey[];
  readonly peers: Readonly<Record<SideName, PeerRecord>>;
  /** By the gateway's name. */
  readonly gateways: Readonly<Record<string, Timeline<GatewayView>>>;
  readonly control: Timeline<ControlView>;
  /** Where control listens. */
  readonly controlAt: readonly Endpoint[];
  readonly marks: readonly Mark[];
  readonly startsAt: Readonly<Record<SideName, Instant>>;
  readonly endsAt: Instant;
  /** Whether what the programs said through the hole arrived; null where it did not come to that, or a link lost it. */
  readonly talked: "both" | "one" | "nobody" | null;
  /** simnet's own trace; empty where the run was live. */
  readonly trace: readonly Fate[];
}
