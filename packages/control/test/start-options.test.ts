import { expect, test } from "vitest";
import { startControl } from "../src/index.js";

const right = { local: "127.0.0.1:0", secret: "np2_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" };
const udpHandles = () => process.getActiveResourcesInfo().filter((name) => /UDP|GetAddrInfo/.test(name)).length;

/** What no option expects, whatever it is. */
const WRONG: readonly unknown[] = [null, 0, 5, "x", true, Symbol("s"), () => {}, [5], [null]];
const OPTIONS = ["local", "secret", "signal", "observers", "budgets", "relay", "keptEnds"] as const;
/** A secret may be any text; an end that is none is left out of those that are kept. */
const isRight = (name: (typeof OPTIONS)[number], value: unknown) =>
  (name === "secret" && value === "x") || (name === "keptEnds" && Array.isArray(value));

test.each(OPTIONS.flatMap((name) => WRONG.filter((value) => !isRight(name, value)).map((value) => ({ name, value }))))(
  "a wrong $name rejects with its name, and leaves no socket open",
  async ({ name, value }) => {
    const before = udpHandles();
    const error = await startControl({ ...right, [name]: value } as never).then(
      (node) => node.close().then(() => null),
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(Error);
    expect(["TypeError", "RangeError"]).toContain((error as Error).name);
    expect((error as Error).message).toContain(`"${name}`);
    expect(udpHandles()).toBe(before);
  },
);

test.each([undefined, null, 5, "options"])("without options, %s, it says what it wants", async (options) => {
  await expect(startControl(options as never)).rejects.toThrow(
    '"options" expected an object with "local" and "secret"',
  );
});
