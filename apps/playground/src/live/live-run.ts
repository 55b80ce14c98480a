import type { Endpoint } from "@netpunch/wire";
import { inspect } from "../inspect/inspect.js";
import { createKeyring } from "../inspect/keyring.js";
import { DEFAULT_CHOICES, SIDES, type SideName } from "../run/choices.js";
import type { DrillEvent, Program } from "../run/drill.js";
import { DRILLS } from "../run/drills.js";
import type { NodeInfo, Run } from "../run/run.js";
import { PeerWatch } from "../run/watch.js";
import type { Journey } from "../trace/journey.js";
import type { LiveProtocol, LiveRecord, Who } from "./record.js";

type DatagramRecord = Extract<LiveRecord, { type: "datagram" }>;

const keyring = createKeyring();
/** chosen: the last thing that happened is seen to have happened. */
const LINGER_MS = 1;

/** Makes a run of what real processes told, so that the same views show it. */
export function buildLiveRun(records: readonly LiveRecord[], protocol: LiveProtocol): Run {
  const startAt = Math.min(
    ...records.filter(({ type }) => type === "datagram" || type === "event").map(({ at }) => at),
  );
  const shifted = records
    .map((record) => ({ ...record, at: Math.max(0, record.at - startAt) }))
    .sort((a, b) => a.at - b.at);
  const addresses = boundOf(shifted);
  const endsAt =
    Math.max(1, ...shifted.filter(({ type }) => type !== "ended" && type !== "bound").map(({ at }) => at)) + LINGER_MS;
  const drill = DRILLS[protocol];
  const control = addresses.get("control");
  return {
    choices: { ...DEFAULT_CHOICES, protocol },
    origin: "live",
    nodes: nodesOf(addresses),
    journeys: journeysOf(shifted, addresses, endsAt),
    peers: { a: watch(shifted, "a", drill.peers.a), b: watch(shifted, "b", drill.peers.b) },
    gateways: {},
    control: [{ at: 0, value: { state: "running", known: [] } }],
    controlAt: control === undefined ? [] : [control],
    marks: shifted.flatMap((record) =>
      record.type === "failed" ? [{ at: record.at, text: `${record.who} fails: ${record.message}` }] : [],
    ),
    startsAt: { a: firstOf(shifted, "a"), b: firstOf(shifted, "b") },
    endsAt,
    talked: talked(shifted),
    trace: [],
  };
}

function boundOf(records: readonly LiveRecord[]): ReadonlyMap<Who, Endpoint> {
  return new Map(records.flatMap((record) => (record.type === "bound" ? [[record.who, record.local] as const] : [])));
}

function nodesOf(addresses: ReadonlyMap<Who, Endpoint>): readonly NodeInfo[] {
  return (["control", "a", "b"] as const).map((name) => {
    const bound = addresses.get(name);
    return {
      name,
      kind: "host",
      site: "internet",
      addresses: bound === undefined ? [] : [`${bound.address}:${bound.port}`],
    };
  });
}

function firstOf(records: readonly LiveRecord[], who: Who): number {
  return records.find((record) => record.who === who && record.type === "datagram")?.at ?? 0;
}

function talked(records: readonly LiveRecord[]): Run["talked"] {
  const heard = SIDES.filter((side) => records.some((record) => record.type === "heard" && record.who === side));
  return heard.length === 2 ? "both" : null;
}

/** What one process sent and another heard, put together. */
function journeysOf(
  records: readonly LiveRecord[],
  addresses: ReadonlyMap<Who, Endpoint>,
  endsAt: number,
): readonly Journey[] {
  const byPort = new Map([...addresses].map(([who, { port }]) => [port, who]));
  const arrivals = records.filter(
    (record): record is DatagramRecord => record.type === "datagram" && record.direction === "in",
  );
  const taken = new Set<DatagramRecord>();
  const sent = records.filter(
    (record): record is DatagramRecord => record.type === "datagram" && record.direction === "out",
  );
  return sent.map((record, index) => {
    const from = addresses.get(record.who) ?? record.remote;
    const receiver = byPort.get(record.remote.port) ?? null;
    const isThis = (each: DatagramRecord) =>
      each.who === receiver && each.remote.port === from.port && each.bytes === record.bytes && !taken.has(each);
    const arrival = arrivals.find(isThis) ?? null;
    if (arrival !== null) taken.add(arrival);
    return journeyOf(record, arrival, { id: index + 1, from, endsAt });
  });
}

function journeyOf(
  sent: DatagramRecord,
  arrival: DatagramRecord | null,
  { id, from, endsAt }: { readonly id: number; readonly from: Endpoint; readonly endsAt: number },
): Journey {
  const { at, who, remote } = sent;
  const base = {
    id,
    sentAt: at,
    bornAt: at,
    sender: who,
    bytes: bytesOf(sent.bytes),
    from,
    to: remote,
    publicFrom: from,
    publicTo: remote,
    rewrites: [],
    copyOf: null,
  };
  if (arrival === null) return { ...base, legs: [], ending: { type: "under-way", at: endsAt } };
  const middle = (at + arrival.at) / 2;
  return {
    ...base,
    legs: [
      { from: who, to: "internet", startAt: at, endAt: middle, share: 1 },
      { from: "internet", to: arrival.who, startAt: middle, endAt: arrival.at, share: 1 },
    ],
    ending: { type: "delivered", at: arrival.at, node: arrival.who },
  };
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from({ length: text.length / 2 }, (_, at) => Number.parseInt(text.slice(2 * at, 2 * at + 2), 16));
}

/** What a core was told and answered in one call has one instant. */
function watch(records: readonly LiveRecord[], side: SideName, program: Program) {
  const watching = new PeerWatch(program);
  const own = records.filter(({ who }) => who === side);
  const instants = [...new Set(own.flatMap((record) => (record.type === "event" ? [record.at] : [])))];
  for (const at of instants) {
    const turn = own.filter((record) => record.at === at);
    const came = turn.find(
      (record): record is DatagramRecord => record.type === "datagram" && record.direction === "in",
    );
    const cause = came === undefined ? "wake" : inspect(bytesOf(came.bytes), "peer", keyring).name;
    const events = turn.flatMap((record) => (record.type === "event" ? [record.event as DrillEvent] : []));
    watching.take({ at, cause, events, deadline: null, isDone: false });
  }
  const ended = own.find(({ type }) => type === "ended");
  if (ended !== undefined) watching.end(ended.at);
  return watching.record;
}
