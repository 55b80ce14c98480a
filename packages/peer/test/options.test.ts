import { rootKey, sessionKeys } from "@netpunch/crypto";
import type { Driver } from "@netpunch/transport/udp";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type PunchOptions, punch } from "../src/index.js";
import { expectNoLeftovers, rejection, serve } from "./loopback.js";
import { ToyControl } from "./v2/toy-control.js";

const SECRET = "np2_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const RIGHT = { control: "127.0.0.1:7777", session: "home", secret: SECRET, local: "127.0.0.1:0", timeoutMs: 50 };

/** One value of every kind that JavaScript has. */
const ANYTHING = {
  "a number": 5,
  "a string": "500",
  "a boolean": true,
  "an object": {},
  "an array": ["x"],
  "an array of functions": [() => {}],
  "a function": () => {},
  "a symbol": Symbol("s"),
  "a bigint": 5n,
  null: null,
};

/** Which of these each option takes, or has to look at the network for. */
const TAKES: Readonly<Record<string, readonly string[]>> = {
  control: [],
  secret: ["a string"],
  session: ["a string"],
  sessionSecret: ["a string"],
  slot: [],
  protocol: [],
  local: [],
  socket: [],
  timeoutMs: ["a number"],
  keepAliveMs: [],
  onPartner: ["a function"],
  signal: [],
  observers: [],
};

expectNoLeftovers();

describe("punch() with", () => {
  const cases = Object.entries(TAKES).flatMap(([name, takes]) =>
    Object.entries(ANYTHING)
      .filter(([kind]) => !takes.includes(kind))
      .map(([kind, value]) => ({ name, kind, value })),
  );

  test.each(cases)("$kind as $name rejects, names it, and leaves nothing open", async ({ name, value }) => {
    const { local: _, ...withoutLocal } = RIGHT;
    const { session: __, ...withoutSession } = RIGHT;
    const base = name === "socket" ? withoutLocal : name === "slot" ? withoutSession : RIGHT;
    const error = await rejection(punch({ ...base, [name]: value } as never));
    expect(error).toSatisfy((each) => each instanceof TypeError || each instanceof RangeError);
    expect((error as Error).message).toContain(`"${name}"`);
  });

  test.each([undefined, null, 5, "x"])("%s in place of its options says which it needs", async (nothing) => {
    const error = await rejection(punch(nothing as never));
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toMatch(/"options" expected .*"control".*"secret".*"session"/);
  });

  test("undefined for any option is the same as without it", async () => {
    const none = Object.fromEntries(Object.keys(TAKES).map((name) => [name, undefined]));
    const error = await rejection(punch({ ...none, ...RIGHT } as PunchOptions));
    expect(error).toMatchObject({ code: "control-silent" });
  });
});

/** The compiler reads these, and nobody runs them. */
export function compiles(signal: AbortSignal | undefined): void {
  void punch({ control: "c:1", session: "home", secret: "x", signal, timeoutMs: undefined, observers: undefined });
  void punch({ control: "c:1", slot: "a", secret: "x", protocol: "v1" });
  // @ts-expect-error a session and a slot
  void punch({ control: "c:1", session: "home", slot: "a", secret: "x" });
  // @ts-expect-error neither of them
  void punch({ control: "c:1", secret: "x" });
  // @ts-expect-error a session is always v2
  void punch({ control: "c:1", session: "home", secret: "x", protocol: "v1" });
  // @ts-expect-error a slot has no secret of its own
  void punch({ control: "c:1", slot: "a", secret: "x", sessionSecret: "y" });
}

describe("a hole", () => {
  let control: { address: string; driver: Driver };

  beforeEach(async () => {
    control = await serve(new ToyControl(sessionKeys({ root: await rootKey(SECRET), session: "home" })));
  });
  afterEach(() => control.driver.close());

  const pair = (more: object = {}) =>
    Promise.all(["a", "b"].map(() => punch({ ...RIGHT, control: control.address, timeoutMs: 5000, ...more })));

  test.each([
    [undefined, "undefined"],
    [null, "null"],
    ["text", "string"],
    [new ArrayBuffer(4), "ArrayBuffer"],
    [[1, 2], "an array"],
    [new Uint16Array(2), "Uint16Array"],
    [new DataView(new ArrayBuffer(2)), "DataView"],
    [{ length: 3 }, "Object"],
  ])("throws for %s in place of bytes", async (wrong, name) => {
    const [a, b] = await pair();
    await using _ = a;
    await using __ = b;
    expect(() => a?.send(wrong as never)).toThrow(new TypeError(`send() expected a Uint8Array, got ${name}`));
  });

  test("takes a Buffer and 65,507 bytes, and throws for one more", async () => {
    const [a, b] = await pair();
    await using _ = a;
    await using __ = b;
    a?.send(Buffer.from("x"));
    a?.send(new Uint8Array(65_507));
    expect(() => a?.send(new Uint8Array(65_508))).toThrow(RangeError);
  });

  test("tells the observers of each message that nobody read in time", async () => {
    const dropped: number[] = [];
    const observers = [
      {
        event: (event: { type: string; dropped?: number }) =>
          event.dropped !== undefined && dropped.push(event.dropped),
      },
    ];
    const [a, b] = await pair({ observers });
    await using _ = a;
    await using __ = b;
    let arrived = 0;
    b?.socket.on("message", () => {
      arrived += 1;
    });
    // More than the 1 MiB that is kept; a few at a time, as the system's own buffer is small.
    for (let sent = 0; sent < 1200; sent += 4) {
      for (let at = 0; at < 4; at++) a?.send(new Uint8Array(1000));
      while (arrived < sent) await new Promise(setImmediate);
    }
    while (arrived < 1200) await new Promise(setImmediate);
    expect(dropped).toEqual(Array.from({ length: dropped.length }, (_, at) => at + 1));
    expect(dropped.length).toBe(1200 - Math.floor((1 << 20) / 1064));
  });
});
