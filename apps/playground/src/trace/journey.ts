import type { DropReason, Fate, Instant } from "@netpunch/simnet";
import { type Endpoint, formatEndpoint } from "@netpunch/wire";

/** A stretch of a datagram's way, from one place of the scene to another. */
export interface Leg {
  /** A node's name, or "internet". */
  readonly from: string;
  readonly to: string;
  readonly startAt: Instant;
  readonly endAt: Instant;
  /** The share of the stretch that it goes; below 1 where it dies under way. */
  readonly share: number;
}

/** A NAT wrote another address over the source or the destination. */
interface Rewrite {
  readonly at: Instant;
  readonly node: string;
  readonly field: "source" | "destination";
  readonly was: Endpoint;
  readonly is: Endpoint;
  readonly mapping: "new" | "known";
}

type Ending =
  | { readonly type: "delivered"; readonly at: Instant; readonly node: string }
  | {
      readonly type: "dropped";
      readonly at: Instant;
      readonly node: string;
      readonly reason: DropReason;
      readonly text: string;
    }
  /** The run ended first; live, nobody saw it arrive. */
  | { readonly type: "under-way"; readonly at: Instant };

/** The life of one datagram. */
export interface Journey {
  readonly id: number;
  readonly sentAt: Instant;
  /** When it came to be: for what a link repeated, later than the sending. */
  readonly bornAt: Instant;
  /** The node that sent it. */
  readonly sender: string;
  readonly bytes: Uint8Array;
  /** As its sender wrote them. */
  readonly from: Endpoint;
  readonly to: Endpoint;
  /** As they stood on the public internet, or wherever it came to an end before. */
  readonly publicFrom: Endpoint;
  readonly publicTo: Endpoint;
  readonly legs: readonly Leg[];
  readonly rewrites: readonly Rewrite[];
  readonly ending: Ending;
  /** The datagram that a link made this copy of. */
  readonly copyOf: number | null;
}

interface Draft {
  id: number;
  sentAt: Instant;
  bornAt: Instant;
  sender: string;
  bytes: Uint8Array;
  from: Endpoint;
  to: Endpoint;
  publicFrom: Endpoint;
  publicTo: Endpoint;
  legs: Leg[];
  rewrites: Rewrite[];
  ending: Ending;
  copyOf: number | null;
  /** Where it is now. */
  place: string;
}

/** Which site a node is plugged into. */
export type SiteOf = (node: string) => string;

/** How long the last half stretch of a datagram that a link lost is shown, in milliseconds of the run; chosen. */
const DYING_MS = 4;

/** Gathers what happened to each datagram, in the order of their birth. */
export function journeysOf(trace: readonly Fate[], siteOf: SiteOf, endsAt: Instant): readonly Journey[] {
  const drafts = new Map<number, Draft>();
  for (const fate of trace) take(drafts, fate, siteOf, endsAt);
  return [...drafts.values()];
}

function take(drafts: Map<number, Draft>, fate: Fate, siteOf: SiteOf, endsAt: Instant): void {
  if (fate.type === "sent" || fate.type === "injected") {
    drafts.set(fate.id, born(fate, fate.bytes, endsAt));
    return;
  }
  if (fate.type === "duplicated") {
    const parent = drafts.get(fate.parent);
    if (parent === undefined) return;
    const { sentAt, sender, legs, rewrites, place, from, to } = parent;
    const copy = { ...born(fate, parent.bytes, endsAt), sentAt, sender, from, to, place, copyOf: parent.id };
    drafts.set(fate.id, { ...copy, legs: [...legs], rewrites: [...rewrites] });
    return;
  }
  const draft = drafts.get(fate.id);
  if (draft !== undefined) proceed(draft, fate, siteOf);
}

function born({ at, id, node, from, to }: Fate, bytes: Uint8Array, endsAt: Instant): Draft {
  const addresses = { from, to, publicFrom: from, publicTo: to };
  const ending = { type: "under-way", at: endsAt } as const;
  return {
    id,
    sentAt: at,
    bornAt: at,
    sender: node,
    bytes,
    ...addresses,
    legs: [],
    rewrites: [],
    ending,
    copyOf: null,
    place: node,
  };
}

function proceed(
  draft: Draft,
  fate: Exclude<Fate, { type: "sent" | "injected" | "duplicated" }>,
  siteOf: SiteOf,
): void {
  const { at, node } = fate;
  switch (fate.type) {
    case "hop": {
      const [from, to] = fate.direction === "outbound" ? [node, siteOf(node)] : [siteOf(node), node];
      draft.legs.push({ from, to, startAt: at, endAt: fate.arrivesAt, share: 1 });
      draft.place = to;
      if (to === "internet" || from === "internet") {
        draft.publicFrom = fate.from;
        draft.publicTo = fate.to;
      }
      break;
    }
    case "translated":
      draft.rewrites.push({
        at,
        node,
        field: fate.field,
        was: fate.was,
        is: fate.field === "source" ? fate.from : fate.to,
        mapping: fate.mapping,
      });
      break;
    case "delivered":
      draft.ending = { type: "delivered", at, node };
      break;
    case "dropped":
      draft.ending = { type: "dropped", at: die(draft, fate, siteOf), node, reason: fate.reason, text: dropText(fate) };
  }
}

/** Lets it go half of the link that it is lost on; returns when it is seen to die. */
function die(draft: Draft, { at, node, reason }: Extract<Fate, { type: "dropped" }>, siteOf: SiteOf): Instant {
  if (reason !== "lost") return at;
  const site = siteOf(node);
  const [from, to] = draft.place === node ? [node, site] : [site, node];
  draft.legs.push({ from, to, startAt: at, endAt: at + DYING_MS, share: 0.5 });
  return at + DYING_MS;
}

const DROP_TEXT: Readonly<Record<DropReason, (from: string, to: string) => string>> = {
  lost: () => "lost on the link",
  "link-down": () => "the link is down",
  "no-such-host": (_, to) => `nobody is at ${to} here`,
  "port-closed": (_, to) => `nobody listens at ${to}`,
  "no-route": (_, to) => `no route to ${to}`,
  "too-big": () => "too big for UDP",
  "no-mapping": (_, to) => `no mapping for ${to}`,
  filtered: (from) => `${from} may not send in yet`,
  "hairpin-off": () => "this NAT does not hairpin",
  "no-port-left": () => "no port is left",
  "udp-blocked": () => "UDP is blocked here",
  "ttl-expired": () => "it crossed too many routers",
  isolated: () => "this network keeps its clients apart",
  "receive-buffer-full": () => "the receive buffer is full",
};

function dropText({ reason, from, to }: Extract<Fate, { type: "dropped" }>): string {
  return DROP_TEXT[reason](formatEndpoint(from), formatEndpoint(to));
}
