import { readFileSync } from "node:fs";
import { join } from "node:path";
import { BINDING_TABLE, SLOT_TABLE } from "@netpunch/control/core";
import { DRILL, SESSION } from "@netpunch/peer/core";
import { describe, expect, it, test } from "vitest";
import { root } from "../src/packages.js";
import { type Arrow, stateDiagram } from "../src/state-diagram.js";

/** The tables of peers and bindings say "stay" where nothing happens, and "never" where nothing can come. */
const going = (next: string): Arrow | null => (next === "stay" || next === "never" ? null : { to: next, says: null });
/** The table of slots names the phase and a word in each cell; nothing happens where both are as if nothing had. */
const saying = (phase: string, state: string, says: string | null): Arrow | null =>
  phase === state && says === null ? null : { to: phase, says };

describe("the diagram in", () => {
  it.each([
    {
      document: "packages/control/README.md",
      of: "a slot",
      diagram: stateDiagram<{ phase: string; owed: string }>(SLOT_TABLE, {
        first: "absent",
        arrowOf: ({ phase, owed }, state) => saying(phase, state, owed === "nothing" ? null : owed),
      }),
    },
    {
      document: "packages/control/README.md",
      of: "a binding",
      diagram: stateDiagram<string>(BINDING_TABLE, { first: "absent", arrowOf: going }),
    },
    {
      document: "packages/peer/README.md",
      of: "the drill",
      diagram: stateDiagram(DRILL, { first: "discovering", last: ["connected"], arrowOf: going }),
    },
    {
      document: "docs/protocol-v2.md",
      of: "a session",
      diagram: stateDiagram(SESSION, { first: "announcing", last: ["connected", "unconfirmed"], arrowOf: going }),
    },
  ])("$document is that of the table of $of", ({ document, diagram }) => {
    expect(readFileSync(join(root, document), "utf8")).toContain(`\`\`\`mermaid\n${diagram}\`\`\``);
  });
});

test("a diagram has each way once, with all of its signals, and none where nothing happens", () => {
  const table = {
    asleep: { called: "awake", shaken: "awake", sung: "stay" },
    awake: { called: "awake", sung: "asleep" },
  };
  expect(stateDiagram(table, { first: "asleep", last: ["awake"], arrowOf: going })).toBe(
    [
      "stateDiagram-v2",
      "    [*] --> asleep",
      "    asleep --> awake: called, shaken",
      "    awake --> awake: called",
      "    awake --> asleep: sung",
      "    awake --> [*]",
      "",
    ].join("\n"),
  );
});
