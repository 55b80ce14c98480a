import { v1 } from "@netpunch/wire";
import { describe, expect, it } from "vitest";
import { controlKey, isSlotSession, sessionKeys, slotSession } from "../src/index.js";
import { counting, hexOf } from "./v2-vectors.js";

const root = counting(0, 32);
const pair = counting(100, 32);

describe("the keys of a session", () => {
  it("are all different, and those of another session, too", () => {
    const keys = [sessionKeys({ root, session: "one" }), sessionKeys({ root, session: "two" })];
    const all = keys.flatMap(({ peer, candidates, sid }) => [peer, candidates, sid]).map(hexOf);
    expect(new Set([...all, hexOf(controlKey(root)), hexOf(root)]).size).toBe(8);
  });

  it("with a secret of the pair's own share nothing with the others but what control has", () => {
    const common = sessionKeys({ root, session: "home" });
    const own = sessionKeys({ root, sessionRoot: pair, session: "home" });
    expect(own.control).toEqual(common.control);
    for (const key of ["sid", "peer", "candidates"] as const) expect(own[key]).not.toEqual(common[key]);
    expect(sessionKeys({ root: pair, session: "home" })).toMatchObject({ ...own, control: expect.anything() });
  });

  it("are the caller's own: the root may be wiped", () => {
    const mine = Uint8Array.from(root);
    const keys = sessionKeys({ root: mine, session: "home" });
    mine.fill(0);
    expect(keys).toEqual(sessionKeys({ root, session: "home" }));
  });

  it.each([
    [{ root, session: "" }, new RangeError('"session" expected a name, got an empty string')],
    [{ root, session: "\udc00" }, new RangeError('"session" expected well-formed text, got half a surrogate pair')],
    [{ root, session: 7 }, new TypeError('"session" expected a string, got number')],
    [{ root: counting(0, 31), session: "home" }, new RangeError('"root" expected 32 bytes, got 31')],
    [{ root: "secret", session: "home" }, new TypeError('"root" expected a Uint8Array, got string')],
    [
      { root, sessionRoot: counting(0, 33), session: "home" },
      new RangeError('"sessionRoot" expected 32 bytes, got 33'),
    ],
  ])("%# need a name and roots", (options, error) => {
    expect(() => sessionKeys(options as Parameters<typeof sessionKeys>[0])).toThrow(error);
  });
});

describe("the session of a pair of slots", () => {
  it("is told from all other names", () => {
    expect(["slots ab", "slots yz"].map(isSlotSession)).toEqual([true, true]);
    expect(["slots ba", "slots bc", "Slots ab", "slots ab ", "home", ""].map(isSlotSession)).not.toContain(true);
  });

  it("has one name for both, and there are thirteen", () => {
    expect([slotSession("a"), slotSession("b"), slotSession("y"), slotSession("z")]).toEqual([
      "slots ab",
      "slots ab",
      "slots yz",
      "slots yz",
    ]);
    expect(new Set(v1.SLOTS.map(slotSession)).size).toBe(13);
  });
});
