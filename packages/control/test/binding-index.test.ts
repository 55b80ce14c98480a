import fc from "fast-check";
import { expect, test } from "vitest";
import { BindingIndex } from "../src/v2/binding-index.js";
import { idOf, sidOf } from "./session-desk.js";

const CAPACITY = 6;
const session = fc.constantFrom("one", "two", "three", "four");
const run = fc.constantFrom("ann", "bob", "cat");
const step = fc.record({ what: fc.constantFrom("add", "remove", "bind"), session, run });

test("whatever is added and removed, exactly what is there is found, and rows are used again", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), fc.integer(), (all, seed) => {
      const index = new BindingIndex(CAPACITY, seed);
      const there = new Map<string, boolean>();
      for (const each of all) {
        const [sid, id, key] = [sidOf(each.session), idOf(each.run), `${each.session} ${each.run}`];
        const found = index.find(sid, id);
        expect(found !== null).toBe(there.has(key));
        if (found !== null)
          expect([found.isOf(sid), found.isRun(id), found.row < CAPACITY]).toEqual([true, true, true]);
        if (each.what === "add" && found === null && !index.isFull) {
          index.add(sid, id, "any").phase = "full";
          there.set(key, false);
        }
        if (each.what === "bind" && found !== null) {
          found.phase = "bound";
          there.set(key, true);
        }
        if (each.what === "remove" && found !== null) {
          index.remove(found);
          there.delete(key);
        }
        expect(index.size).toBe(there.size);
        const bound = [...there].filter(([name, is]) => is && name.startsWith(`${each.session} `)).length;
        expect(index.bound(sid)).toHaveLength(bound);
      }
    }),
    { numRuns: 500 },
  );
});

test("nothing of a run that was there before shows in a record that is used again", () => {
  const index = new BindingIndex(1, 0);
  const old = index.add(sidOf("one"), idOf("ann"), "second");
  Object.assign(old, { seq: 9, pushSeq: 9, probes: 3, pushes: 3, phase: "bound", state: "present", pair: 4 });
  old.blob = new Uint8Array(269).fill(1);
  index.remove(old);
  const fresh = index.add(sidOf("two"), idOf("bob"), "any");
  expect([fresh.row, fresh.seq, fresh.pushSeq, fresh.probes, fresh.pushes, fresh.phase, fresh.state]).toEqual([
    0,
    0,
    0,
    0,
    0,
    "absent",
    "waiting",
  ]);
  expect([fresh.side, fresh.pair, fresh.blob.length]).toEqual(["any", null, 0]);
});

test("more than there is room for is misuse", () => {
  const index = new BindingIndex(1, 0);
  index.add(sidOf("one"), idOf("ann"), "any");
  expect(index.isFull).toBe(true);
  expect(() => index.add(sidOf("two"), idOf("ann"), "any")).toThrow("there is room for 1 bindings");
});
