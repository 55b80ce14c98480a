import {
  type Choices,
  DEFAULT_CHOICES,
  DEFAULT_KNOBS,
  type Deed,
  type DeedType,
  type Knobs,
  PLACES,
  PROTOCOLS,
  type Side,
  type SideName,
  withPlace,
} from "../run/choices.js";

/*
 * A run as the query of an address. What stands at its default is left out, so the default run's is empty.
 *
 *   p        protocol: original, v1, auto, v2
 *   a, b     a place by its name, or custom.MAPPING.FILTERING.ALLOCATION.HAIRPIN.LIFETIME:
 *            mapping and filtering e, a or ap (endpoint-independent, address-, address-and-port-dependent), allocation
 *            preserving, sequential or random, hairpin on or off, lifetime in seconds
 *   start, latency, jitter  milliseconds;  loss, dup  percent;  limit  seconds;  seed
 *   do       what is done, with dots between: kill@500.start@900.reboot-a@1200.move-b@1500.replay-17@2000.forge-17@2100
 */

const DEPENDENCE = { e: "endpoint-independent", a: "address-dependent", ap: "address-and-port-dependent" } as const;
const ALLOCATIONS = ["preserving", "sequential", "random"] as const;

const LIMITS = {
  seed: { key: "seed", from: 0, to: 999_999, unit: 1 },
  bStartsAtMs: { key: "start", from: 0, to: 120_000, unit: 1 },
  latencyMs: { key: "latency", from: 0, to: 5_000, unit: 1 },
  jitterMs: { key: "jitter", from: 0, to: 1_000, unit: 1 },
  loss: { key: "loss", from: 0, to: 1, unit: 0.01 },
  duplicate: { key: "dup", from: 0, to: 1, unit: 0.01 },
  limitS: { key: "limit", from: 1, to: 600, unit: 1 },
} as const;
/** chosen: more than a hand does, and a link with thousands cannot keep a browser busy. */
const MOST_DEEDS = 100;
type NumberName = keyof typeof LIMITS;
const NUMBERS = Object.keys(LIMITS) as readonly NumberName[];

/** A number of the choices, kept within what it may be. */
export function within(name: NumberName, value: number): number {
  const { from, to } = LIMITS[name];
  return Number.isFinite(value) ? Math.min(to, Math.max(from, value)) : DEFAULT_CHOICES[name];
}

/** Writes the choices as a query, without "?". */
export function writeLink(choices: Choices): string {
  const query = new URLSearchParams();
  if (choices.protocol !== DEFAULT_CHOICES.protocol) query.set("p", choices.protocol);
  for (const side of ["a", "b"] as const) {
    const text = writeSide(choices[side]);
    if (text !== DEFAULT_CHOICES[side].place) query.set(side, text);
  }
  for (const name of NUMBERS) {
    const { key, unit } = LIMITS[name];
    if (choices[name] !== DEFAULT_CHOICES[name]) query.set(key, String(Number((choices[name] / unit).toFixed(3))));
  }
  if (choices.deeds.length > 0) query.set("do", choices.deeds.map(writeDeed).join("."));
  return query.toString();
}

/** Reads a query; what makes no sense in it is the default. */
export function readLink(text: string): Choices {
  const query = new URLSearchParams(text);
  const protocol = PROTOCOLS.find((each) => each === query.get("p")) ?? DEFAULT_CHOICES.protocol;
  const numbers = Object.fromEntries(NUMBERS.map((name) => [name, readNumber(query, name)])) as Record<
    NumberName,
    number
  >;
  const deeds = (query.get("do") ?? "")
    .split(".")
    .flatMap((each) => readDeed(each) ?? [])
    .slice(0, MOST_DEEDS);
  const [a, b] = [readSide(query.get("a"), "a"), readSide(query.get("b"), "b")];
  const choices = { ...DEFAULT_CHOICES, protocol, ...numbers, a, b, deeds };
  // One NAT in front of both is a choice for both.
  const isShared = a.place === "same-nat" || b.place === "same-nat";
  return isShared ? withPlace(choices, "a", "same-nat") : choices;
}

function readNumber(query: URLSearchParams, name: NumberName): number {
  const { key, unit } = LIMITS[name];
  const text = query.get(key);
  return text === null || text.trim() === "" ? DEFAULT_CHOICES[name] : within(name, Number(text) * unit);
}

function writeSide({ place, knobs }: Side): string {
  if (place !== "custom") return place;
  const short = (value: string) => Object.entries(DEPENDENCE).find(([, long]) => long === value)?.[0] ?? "e";
  const { mapping, filtering, allocation, hairpin, lifetimeS } = knobs;
  return ["custom", short(mapping), short(filtering), allocation, hairpin, lifetimeS].join(".");
}

function readSide(text: string | null, side: SideName): Side {
  if (text === null) return DEFAULT_CHOICES[side];
  const [name, mapping, filtering, allocation, hairpin, lifetime] = text.split(".");
  const place = PLACES.find((each) => each === name) ?? DEFAULT_CHOICES[side].place;
  if (place !== "custom") return { place, knobs: DEFAULT_KNOBS };
  const lifetimeS = Math.round(Number(lifetime));
  const knobs: Knobs = {
    mapping: dependence(mapping) ?? DEFAULT_KNOBS.mapping,
    filtering: dependence(filtering) ?? DEFAULT_KNOBS.filtering,
    allocation: ALLOCATIONS.find((each) => each === allocation) ?? DEFAULT_KNOBS.allocation,
    hairpin: hairpin === "on" ? "on" : "off",
    lifetimeS: lifetimeS >= 1 && lifetimeS <= 3600 ? lifetimeS : DEFAULT_KNOBS.lifetimeS,
  };
  return { place, knobs };
}

function dependence(short: string | undefined): Knobs["mapping"] | null {
  return short === "e" || short === "a" || short === "ap" ? DEPENDENCE[short] : null;
}

const DEED_WORDS: Readonly<Record<DeedType, string>> = {
  "stop-control": "kill",
  "start-control": "start",
  "reboot-nat": "reboot",
  "change-address": "move",
  replay: "replay",
};

function writeDeed(deed: Deed): string {
  const word = deed.type === "replay" && deed.source === "forged" ? "forge" : DEED_WORDS[deed.type];
  const what = "side" in deed ? `-${deed.side}` : "datagram" in deed ? `-${deed.datagram}` : "";
  return `${word}${what}@${Math.round(deed.atMs)}`;
}

function readDeed(text: string): Deed | null {
  const match = /^(kill|start|reboot|move|replay|forge)(?:-(a|b|\d{1,6}))?@(\d{1,6})$/.exec(text);
  if (match === null) return null;
  const [, word, what = "", time] = match;
  const atMs = Math.min(Number(time), 600_000);
  if (word === "kill") return { type: "stop-control", atMs };
  if (word === "start") return { type: "start-control", atMs };
  if (word === "replay" || word === "forge") {
    const source = word === "forge" ? "forged" : "own";
    return /^\d+$/.test(what) ? { type: "replay", datagram: Number(what), source, atMs } : null;
  }
  if (what !== "a" && what !== "b") return null;
  return { type: word === "reboot" ? "reboot-nat" : "change-address", side: what, atMs };
}
