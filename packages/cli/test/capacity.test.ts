import { DEFAULT_BUDGETS } from "@netpunch/control";
import { createControlCore } from "@netpunch/control/core";
import { punch } from "@netpunch/peer";
import { describe, expect, it } from "vitest";
import { MAX_BINDINGS, OPTIONS } from "../src/command-line/options.js";
import { budgetsFor } from "../src/commands/control/capacity.js";
import { controlProcess, SECRET } from "./netpunch.js";

describe("-max-bindings", () => {
  it("is 10,000 where it is not given, and then changes nothing", () => {
    const { summary } = OPTIONS.find(({ name }) => name === "max-bindings") ?? { summary: "" };
    expect(summary).toContain(`default: ${DEFAULT_BUDGETS.bindings}`);
    expect({ ...DEFAULT_BUDGETS, ...budgetsFor(DEFAULT_BUDGETS.bindings) }).toEqual(DEFAULT_BUDGETS);
  });

  it("ends where control's own limit does", () => {
    const core = (bindings: number) => () => createControlCore({ secret: SECRET, budgets: { bindings } });
    expect(core(MAX_BINDINGS)).not.toThrow();
    expect(core(MAX_BINDINGS + 1)).toThrow(RangeError);
  });

  it("lets as many frames a second in as so many peers send, all of them challenged within a keepalive", () => {
    expect(budgetsFor(300_000)).toEqual({ bindings: 300_000, framesPerSecond: 40_000, challengesPerSecond: 40_000 });
    expect(budgetsFor(1)).toEqual({ bindings: 1, framesPerSecond: 5_000, challengesPerSecond: 5_000 });
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
