import type { RelayOption } from "@netpunch/control";
import type { Flags } from "./flags.js";
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
