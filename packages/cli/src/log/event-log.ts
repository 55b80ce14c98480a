import type { PathKind, PeerEvent } from "@netpunch/peer";
import type { Observer } from "@netpunch/transport";
import { type Endpoint, formatEndpoint, ipScope, type v2 } from "@netpunch/wire";
import { type Meeting, partnerOf, refusalText } from "../command-line/meeting.js";
import type { Log } from "./log.js";

type WayOut = Extract<PeerEvent, { type: "wayOut" }>;
type Relay = Extract<PeerEvent, { type: "relay" }>;
type Connected = Extract<PeerEvent, { type: "connected" }>;

/** Writes a line for each thing that happens in v2, and on the way to it; v1 alone has the original's lines and no others. */
export function createEventLog(log: Pick<Log, "info">, meeting: Meeting): Observer<PeerEvent> {
  let isConnected = false;
  return {
    event: (event) => {
      if (event.type === "connected") isConnected = true;
      // The partner has its hole and says goodbye to control: nobody waits for it any more.
      if (event.type === "session" && isConnected) return;
      const text = textOf(event, meeting);
      if (text !== null) log.info(text);
    },
  };
}

function textOf(event: PeerEvent, meeting: Meeting): string | null {
  const partner = partnerOf(meeting);
  switch (event.type) {
    case "observed":
      return `control sees us at ${formatEndpoint(event.endpoint)}`;
    case "session":
      return sessionText(event.state, meeting);
    case "candidates":
      return `${partner} is at ${event.candidates.map(candidateText).join(", ")}`;
    case "connected":
      return connectedText(event, meeting);
    case "protocol":
      return event.protocol === "both" ? `protocol v1 beside v2 from here on: ${event.why}` : null;
    case "relay":
      return relayText(event);
    case "wayOut":
      return wayOutText(event, partner);
    case "partnerRestarted":
      return `${partner} was started again`;
    default:
      return null;
  }
}

function relayText({ end, reason }: Relay): string | null {
  if (end === "carrying") return "control passes the datagrams on";
  if (end === "none" && reason !== "none" && reason !== "parted") return `control does not relay: ${REFUSALS[reason]}`;
  return null;
}

const REFUSALS: Readonly<Record<Exclude<v2.RelayReason, "none" | "parted">, string>> = {
  off: "its operator turned that off, or it is about to end",
  full: "it relays for as many peers as it may",
  source: "it relays for as many peers of this network as it may",
  address: "it relays for another session on this very port",
  idle: "one of the two was silent for too long",
};

function wayOutText(event: WayOut, partner: string): string {
  const held = `nothing comes from ${partner}, so a router's old entry may be in the way`;
  if (event.way === "other port") return `${held}: going on from local port ${event.port}`;
  return `${held}, and -same-port forbids another port: silent for ${event.ms / 1000} s, until it is forgotten`;
}

function candidateText({ kind, endpoint }: v2.Candidate): string {
  return `${formatEndpoint(endpoint)} (${kind})`;
}

function sessionText(state: v2.InfoState, meeting: Meeting): string | null {
  const partner = partnerOf(meeting);
  if (state === "waiting") return `waiting for ${partner}: control knows of nobody there yet`;
  const refusal = refusalText(state, meeting);
  if (refusal !== null) return `waiting for ${partner}: ${refusal}`;
  return state === "v1" ? `${partner} speaks protocol v1 only` : null;
}

function connectedText({ endpoint, path, roundTripMs = 0 }: Connected, meeting: Meeting): string | null {
  const where = formatEndpoint(endpoint);
  if (path !== undefined) {
    return `connected by v2 to ${where}, ${pathText(path, endpoint)}, round trip ${roundTripMs.toFixed(1)} ms`;
  }
  return meeting.type === "slot" && meeting.protocol === "auto" ? `connected by v1 to ${where}` : null;
}

function pathText(path: PathKind, remote: Endpoint): string {
  if (path === "reflexive") return "where control sees the partner";
  if (path === "relayed") return "control's address: it relays to the partner";
  if (path === "peer-reflexive") return "where the partner's datagrams come from";
  const scope = ipScope(remote.address);
  if (scope === "loopback") return "on this machine";
  return scope === "public" ? "an address of the partner's machine itself" : "over the local network";
}
