import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nearest } from "../src/command-line/did-you-mean.js";
import { OPTIONS, SUBCOMMANDS } from "../src/command-line/options.js";

const FLAGS: readonly string[] = OPTIONS.map(({ name }) => name);
const KNOWN = [...SUBCOMMANDS, ...FLAGS];

describe("did you mean", () => {
  it.each([
    ["sesion", "session"],
    ["seession", "session"],
    ["sessoin", "session"],
    ["contol", "control"],
    ["keygne", "keygen"],
    ["PEER", "peer"],
    ["timeuot", "timeout"],
    ["quite", "quiet"],
  ])("%s: %s", (typed, meant) => {
    expect(nearest(typed, KNOWN)).toBe(meant);
  });

  it.each(["frobnicate", "x", "", "zz", "a".repeat(1_000_000)])("knows of nothing near %.12s", (typed) => {
    expect(nearest(typed, KNOWN)).toBeNull();
  });

  it("finds every word of four letters or more again after one slip", () => {
    const slip = fc.constantFrom("left out", "doubled", "swapped");
    const long = fc.constantFrom(...KNOWN.filter((word) => word.length >= 4));
    fc.assert(
      fc.property(long, slip, fc.nat(), (word, kind, nat) => {
        const at = nat % (word.length - 1);
        const [a = "", b = ""] = [word[at], word[at + 1]];
        const rest = word.slice(at + 2);
        const typed = word.slice(0, at) + { "left out": b, doubled: a + a + b, swapped: b + a }[kind] + rest;
        // Where a slip makes it another flag's name or as near to one, either is a fair answer.
        expect(nearest(typed, [word])).toBe(word);
      }),
    );
  });
});
