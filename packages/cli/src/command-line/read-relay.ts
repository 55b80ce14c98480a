import type { RelayOption } from "@netpunch/control";
import { didYouMean } from "./did-you-mean.js";
import type { Flags } from "./flags.js";
import type { Protocol } from "./options.js";
import { parseRate } from "./rate.js";

/** Reads how much control is to relay. */
export function readRelay(flags: Flags, mistakes: string[]): RelayOption {
  const perPair = flags.text("relay");
  const total = rate("relay-total", "", flags, mistakes);
  if (perPair !== "off") {
    const each = rate("relay", "off, or ", flags, mistakes);
    return { ...(each === null ? {} : { perPair: each }), ...(total === null ? {} : { total }) };
  }
  for (const name of ["relay-total", "relay-state", "drain-for"] as const) {
    if (flags.has(name)) mistakes.push(`-${name}: there is nothing to relay with -relay off`);
  }
  return "off";
}

const RELAY_MODES = ["auto", "never", "only"] as const;
export type RelayMode = (typeof RELAY_MODES)[number];

/** Reads whether a peer takes the relay. */
export function readRelayMode(flags: Flags, spoken: Protocol, mistakes: string[]): RelayMode {
  const text = flags.text("relay");
  if (text === "" && flags.isEmpty("relay")) mistakes.push("-relay: expected auto, never or only, got nothing");
  const mode = text === "" ? "auto" : RELAY_MODES.find((each) => each === text);
  if (mode === undefined) {
    const expected = `expected ${RELAY_MODES.join(", ")} for a peer, got ${JSON.stringify(text)}`;
    mistakes.push(`-relay: ${expected}${didYouMean(text, RELAY_MODES)}`);
  }
  if (mode === "only" && spoken === "v1") mistakes.push("-relay: protocol v1 knows no relay");
  return mode ?? "auto";
}

function rate(name: "relay" | "relay-total", or: string, flags: Flags, mistakes: string[]): number | null {
  const text = flags.text(name);
  if (text === "") return null;
  const bitsPerSecond = parseRate(text);
  if (bitsPerSecond === null) {
    const range = "a rate in bits a second such as 500k, 10M or 1G, from 10k to 1000G";
    mistakes.push(`-${name}: expected ${or}${range}, got ${JSON.stringify(text)}`);
  }
  return bitsPerSecond;
}
