import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEFAULT_RELAY, startControl } from "@netpunch/control";
import { afterEach, describe, expect, it } from "vitest";
import { parseRate } from "../src/command-line/rate.js";
import { Ending } from "../src/commands/control/ending.js";
import { RelayState } from "../src/commands/control/relay-state.js";
import type { Log } from "../src/log/log.js";

const END = {
  session: "2d41f26a55d9a39c1c346281abe794c9",
  run: "3c0d1a2b4f5e6978",
  partner: "b1946ac92492d234",
  seq: 9,
  address: "127.0.0.1",
  port: 5000,
};

const directory = mkdtempSync(join(tmpdir(), "netpunch-relay-"));
const file = join(directory, "relay.json");
afterEach(() => rmSync(file, { force: true }));

describe("a rate", () => {
  it.each([
    ["10000", 1e4],
    ["500k", 5e5],
    ["10M", 1e7],
    ["10Mbit/s", 1e7],
    ["1.5G", 1.5e9],
    ["1000G", 1e12],
  ])("%s", (text, bitsPerSecond) => expect(parseRate(text)).toBe(bitsPerSecond));

  it.each(["", "0", "9999", "9k", "1001G", "10m", "10MB", "-1M", "1e6", "10 M", "M", "Infinity", "off"])(
    "is not %j",
    (text) => expect(parseRate(text)).toBeNull(),
  );

  it("has defaults as the help says", () => {
    expect([parseRate("10M"), parseRate("50M")]).toEqual([DEFAULT_RELAY.perPair, DEFAULT_RELAY.total]);
  });
});

describe("the file of released ends", () => {
  it("is none at first, then what the next node goes on with", async () => {
    const first = new RelayState(file, fail);
    expect(first.read()).toEqual([]);
    await using control = await startControl({
      local: "127.0.0.1:0",
      secret: "np2c_eVA7FhKStTXkzrXNO7IwZcUjTbIugDobbBiHwFBonnc",
      keptEnds: [END],
    });
    first.follow(control);
    expect(new RelayState(file, fail).read()).toEqual([END]);
    first.finish();
    expect(new RelayState(file, fail).read()).toEqual([END]);
  });

  it("holds no key, and only its owner can read it", async () => {
    const secret = "np2_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
    await using control = await startControl({ local: "127.0.0.1:0", secret, keptEnds: [END] });
    new RelayState(file, fail).follow(control);
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({ schema: "netpunch-relay/1", ends: [END] });
  });

  it.each([
    "",
    "{}",
    "[]",
    "null",
    '{"schema":"netpunch-relay/2","ends":[]}',
    '{"schema":"netpunch-relay/1"}',
    "np2_x",
  ])("that was written by something else is refused: %j", (text) => {
    writeFileSync(file, text);
    expect(() => new RelayState(file, fail).read()).toThrow(/was not written by a control node/);
    expect(readFileSync(file, "utf8")).toBe(text);
  });

  it("that is far too large, or has no end, is named and not read to its end", () => {
    writeFileSync(file, "");
    truncateSync(file, 2 ** 30);
    expect(() => new RelayState(file, fail).read()).toThrow(`cannot read ${file}: it is larger than 65536 KiB`);
    expect(() => new RelayState("/dev/zero", fail).read()).toThrow(
      "cannot read /dev/zero: it is larger than 65536 KiB",
    );
  });

  it("that cannot be read or written is named, with the reason", async () => {
    expect(() => new RelayState(directory, fail).read()).toThrow(`cannot read ${directory}: it is a directory`);
    const nowhere = join(directory, "nowhere", "relay.json");
    await using control = await startControl({
      local: "127.0.0.1:0",
      secret: "np2c_eVA7FhKStTXkzrXNO7IwZcUjTbIugDobbBiHwFBonnc",
    });
    expect(() => new RelayState(nowhere, fail).follow(control)).toThrow(
      `cannot write ${nowhere}: no such file or directory`,
    );
  });
});

describe("the end of a control node", () => {
  const lines: string[] = [];
  const log = { info: (line: string) => void lines.push(line) } as unknown as Log;
  const secret = "np2c_eVA7FhKStTXkzrXNO7IwZcUjTbIugDobbBiHwFBonnc";

  it.each([
    ["lost", "session 2d41f26a: the program at 127.0.0.1:5000 loses the relay"],
    ["kept", "session 2d41f26a: the program at 127.0.0.1:5000 goes on over the relay once control is back"],
  ] as const)(
    "waits for programs that use the relay as long as it was told, then names them: %s",
    async (after, line) => {
      lines.length = 0;
      const stop = new AbortController();
      const ending = new Ending(stop.signal, 20, log);
      const control = await startControl({ local: "127.0.0.1:0", secret, keptEnds: [END], signal: ending.signal });
      ending.drains(control, after);
      stop.abort();
      expect(ending.signal.aborted).toBe(false);
      await control.closed;
      expect(lines).toEqual(["waiting up to 0.02 s for a program that uses the relay", line]);
    },
  );

  it("comes at once where nobody uses the relay, or nobody is to be waited for", async () => {
    lines.length = 0;
    const stop = new AbortController();
    const ending = new Ending(stop.signal, 3_600_000, log);
    const control = await startControl({ local: "127.0.0.1:0", secret, signal: ending.signal });
    ending.drains(control, "lost");
    stop.abort();
    await control.closed;
    expect(lines).toEqual([]);
  });
});

function fail(why: string): never {
  throw new Error(why);
}
