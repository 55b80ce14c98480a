import { DEFAULT_BUDGETS } from "@netpunch/control";
import { createControlCore } from "@netpunch/control/core";
import { punch } from "@netpunch/peer";
import { describe, expect, it } from "vitest";
import { MAX_BINDINGS, OPTIONS } from "../src/command-line/options.js";
import { budgetsFor } from "../src/commands/control/capacity.js";
import { controlProcess, SECRET } from "./netpunch.js";

const room = (maxBindings: number) => budgetsFor({ maxBindings, maxPerSource: null });

describe("-max-per-source", () => {
  const fromOne = (maxPerSource: number) => budgetsFor({ maxBindings: null, maxPerSource });

  it("is 128 where it is not given, and then changes nothing", () => {
    const { summary } = OPTIONS.find(({ name }) => name === "max-per-source") ?? { summary: "" };
    expect(summary).toContain(`default: ${DEFAULT_BUDGETS.bindingsPerSource}`);
    expect({ ...DEFAULT_BUDGETS, ...fromOne(DEFAULT_BUDGETS.bindingsPerSource) }).toEqual(DEFAULT_BUDGETS);
    expect(budgetsFor({ maxBindings: null, maxPerSource: null })).toEqual({});
  });

  it("lets in as many frames and challenges of a source as so many peers need that start at once", () => {
    expect(fromOne(1_000)).toEqual({
      bindingsPerSource: 1_000,
      framesPerSourcePerSecond: 4_000,
      challengesPerSourcePerSecond: 1_000,
    });
  });

  it("is how many may come from one address, and one more is told so", async () => {
    const { address } = await controlProcess(SECRET, "-max-per-source", "1", "-quiet");
    const lost = ["a", "b"].map((name) =>
      punch({ control: address, session: name, secret: SECRET, local: "127.0.0.1:0", timeoutMs: 1500 }),
    );
    const codes = (await Promise.allSettled(lost)).map((each) => each.status === "rejected" && each.reason.code);
    expect(codes.toSorted()).toEqual(["over-limit", "partner-absent"]);
  });
});

describe("another secret", () => {
  it("is said at control, once, also with -quiet", async () => {
    const { run, address } = await controlProcess(SECRET, "-quiet");
    const lost = punch({ control: address, session: "a", secret: "mistyped", local: "127.0.0.1:0", timeoutMs: 1500 });
    await expect(lost).rejects.toMatchObject({ code: "control-silent" });
    await run.until(/a datagram of v2 with another secret came from 127\.0\.0\.1:\d+: compare the secrets/);
  });
});

describe("-max-bindings", () => {
  it("is 10,000 where it is not given, and then changes nothing", () => {
    const { summary } = OPTIONS.find(({ name }) => name === "max-bindings") ?? { summary: "" };
    expect(summary).toContain(`default: ${DEFAULT_BUDGETS.bindings}`);
    expect({ ...DEFAULT_BUDGETS, ...room(DEFAULT_BUDGETS.bindings) }).toEqual(DEFAULT_BUDGETS);
  });

  it("ends where control's own limit does", () => {
    const core = (bindings: number) => () => createControlCore({ secret: SECRET, budgets: { bindings } });
    expect(core(MAX_BINDINGS)).not.toThrow();
    expect(core(MAX_BINDINGS + 1)).toThrow(RangeError);
  });

  it("lets as many frames a second in as so many peers send, all of them challenged within a keepalive", () => {
    expect(room(300_000)).toEqual({ bindings: 300_000, framesPerSecond: 40_000, challengesPerSecond: 40_000 });
    expect(room(1)).toEqual({ bindings: 1, framesPerSecond: 5_000, challengesPerSecond: 5_000 });
  });

  it("is what control has room for", async () => {
    const { run, address } = await controlProcess(SECRET, "-max-bindings", "1", "-stats=50ms", "-quiet");
    const lost = ["a", "b"].map((name) =>
      punch({ control: address, session: name, secret: SECRET, local: "127.0.0.1:0", timeoutMs: 1000 }),
    );
    await Promise.allSettled(lost);
    await run.until(/; v2: heard .*dropped \d+ \(.*no-room [1-9]/);
  });
});
