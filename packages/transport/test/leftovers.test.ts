import { expect, test } from "vitest";
import { runChild } from "./children.js";

test("however work with sockets ends, nothing is left that keeps a process alive", async () => {
  // The child itself ends only when nothing is left: runChild() rejects otherwise.
  const found = (await runChild("leftovers")) as Record<string, { before: string[]; after: string[] }>;
  expect(Object.keys(found).length).toBeGreaterThan(10);
  for (const [way, { before, after }] of Object.entries(found))
    expect({ way, left: after }).toEqual({ way, left: before });
});
