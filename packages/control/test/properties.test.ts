import type { Input } from "@netpunch/transport";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createControlCore } from "../src/core.js";
import { announce, SECRET } from "./desk.js";

/** `i|a|[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535` in its envelope. */
const LONGEST_REPLY_BYTES = 41 + 4 + 47;

const remote = fc.oneof(
  fc.record({
    address: fc.constantFrom(
      "203.0.113.1",
      "203.0.113.2",
      "2001:db8::1",
      "fe80::1%eth0",
      "224.0.0.1",
      "::",
      "junk",
      "",
    ),
    port: fc.constantFrom(0, 1, 5000, 65_535, 65_536, -1, Number.NaN),
  }),
  fc.record({ address: fc.ipV4(), port: fc.nat(65_535) }),
  fc.record({ address: fc.ipV6(), port: fc.nat(65_535) }),
);
const bytes = fc.oneof(
  fc.constantFrom(..."abcdyz").map(announce),
  fc.uint8Array({ maxLength: 100 }),
  fc.uint8Array({ minLength: 42, maxLength: 42 }),
);
const error = new Error("ENETUNREACH");
const input: fc.Arbitrary<Input> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant("datagram" as const),
      datagram: fc.record({ socket: fc.nat(3), remote, bytes }),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ type: "wake" as const }) },
  fc.constant({ type: "start" as const }),
  fc.record({ type: fc.constant("sendFailed" as const), socket: fc.nat(3), remote, error: fc.constant(error) }),
  fc.record({ type: fc.constant("resolved" as const), endpoints: fc.array(remote) }),
  fc.constant({ type: "resolveFailed" as const, error }),
);
const steps = fc.array(fc.record({ afterMs: fc.oneof(fc.nat(600), fc.nat(100_000)), input }), { maxLength: 60 });

test("whatever comes in whatever order: nothing is thrown, and what goes out is bounded", () => {
  fc.assert(
    fc.property(steps, (all) => {
      const core = createControlCore({ secret: SECRET });
      let now = 0;
      let earned = 0;
      let spent = 0;
      for (const { afterMs, input } of all) {
        now += afterMs;
        const outputs = core.handle(now, input);
        const sends = outputs.filter((output) => output.type === "send");
        for (const send of sends) expect(send.datagram.bytes.length).toBeLessThanOrEqual(LONGEST_REPLY_BYTES);
        // Two at once for the announce itself; all others are repeats that were due: three for each slot of the pair.
        if (input.type === "datagram") earned += 2 + 6;
        spent += sends.length;
        expect(spent).toBeLessThanOrEqual(earned);
        expect(outputs.length).toBeLessThanOrEqual(26 * 3 + 4);
        expect(core.deadline === null || core.deadline.at > now).toBe(true);
      }
    }),
    { numRuns: 1000 },
  );
});

test("only a deadline that has passed, or an announce, makes control speak", () => {
  fc.assert(
    fc.property(steps, (all) => {
      const core = createControlCore({ secret: SECRET });
      let now = 0;
      for (const { afterMs, input } of all) {
        now += afterMs;
        const isDue = core.deadline !== null && core.deadline.at <= now;
        const heeded = core.stats(now).heeded;
        const outputs = core.handle(now, input);
        if (!isDue && core.stats(now).heeded === heeded) expect(outputs).toEqual([]);
      }
    }),
    { numRuns: 500 },
  );
});

test("the books balance: heard = dropped + heeded, heeded = answered + unanswered", () => {
  fc.assert(
    fc.property(steps, (all) => {
      const core = createControlCore({ secret: SECRET });
      let now = 0;
      let sent = 0;
      for (const { afterMs, input } of all) {
        now += afterMs;
        sent += core.handle(now, input).filter(({ type }) => type === "send").length;
      }
      const stats = core.stats(now);
      const dropped = Object.values(stats.dropped).reduce((sum, count) => sum + count, 0);
      expect(stats.heard).toBe(all.filter(({ input }) => input.type === "datagram").length);
      expect(stats.heard).toBe(dropped + stats.heeded);
      expect(stats.heeded).toBe(stats.answered + stats.unanswered.alone + stats.unanswered.spaced);
      expect(sent).toBe(stats.answered + stats.pushed);
      expect(JSON.parse(JSON.stringify(stats))).toEqual(stats);
    }),
  );
});
