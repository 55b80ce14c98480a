import { describe, expect, it } from "vitest";
import { formatControlKey, generateSecret, parseControlKey, rootKey, secretKind } from "../src/index.js";
import { counting } from "./v2-vectors.js";

const generated = "np2_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
const controlText = generated.replace("np2_", "np2c_");
const messageOf = async (promise: Promise<unknown>) => promise.then(String, (error: Error) => `${error}`);

describe("a secret", () => {
  it("is new each time that one is generated, and of the kind that costs nothing", () => {
    const secrets = Array.from({ length: 100 }, () => generateSecret());
    expect(new Set(secrets).size).toBe(100);
    for (const secret of secrets) {
      expect(secret).toMatch(/^np2_[A-Za-z0-9_-]{43}$/);
      expect(secretKind(secret)).toBe("generated");
    }
  });

  it("is made of the caller's random bytes, all 32 of them", () => {
    expect(generateSecret((length) => counting(0, length))).toBe(generated);
    expect(() => generateSecret(() => new Uint8Array(31))).toThrow(
      new RangeError('"random" expected 32 bytes, got 31'),
    );
  });

  it("gives one root as text and as bytes, line end or none", async () => {
    const roots = await Promise.all(
      [generated, `${generated}\n`, Buffer.from(`${generated}\r\n`), new TextEncoder().encode(generated)].map(
        (secret) => rootKey(secret),
      ),
    );
    for (const root of roots) expect(root).toEqual(roots[0]);
    expect(roots[0]).toHaveLength(32);
  });

  it("is not changed by deriving", async () => {
    const bytes = new TextEncoder().encode("a passphrase\n");
    await rootKey(bytes);
    expect(new TextDecoder().decode(bytes)).toBe("a passphrase\n");
  });

  it.each([
    ["", '"secret" expected at least one byte, got none'],
    ["\n", '"secret" expected at least one byte, got an empty line'],
    ["\r\n", '"secret" expected at least one byte, got an empty line'],
    ["a\ud800", '"secret" expected well-formed text, got half a surrogate pair'],
    [
      generated.slice(0, -1),
      '"secret" expected 43 characters of base64url after "np2_", got something else: copy it whole',
    ],
    [
      `${controlText}\n\n`,
      '"secret" expected 43 characters of base64url after "np2c_", got something else: copy it whole',
    ],
    [controlText, '"secret" expected the secret itself, got a control key (np2c_...), which only a control node takes'],
  ])("%j is none", async (secret, message) => {
    await expect(rootKey(secret)).rejects.toEqual(new RangeError(message));
    if (secret !== controlText) expect(() => secretKind(secret)).toThrow(new RangeError(message));
  });

  it.each([
    [undefined, "undefined"],
    [null, "null"],
    [7, "number"],
    [{}, "object"],
  ])("%j is none", async (secret, type) => {
    await expect(rootKey(secret as unknown as string)).rejects.toEqual(
      new TypeError(`"secret" expected a string or a Uint8Array, got ${type}`),
    );
  });

  it("has the name in errors that its owner gives it", async () => {
    for (const secret of ["", "\n", "\udc00", "np2_", controlText]) {
      await expect(rootKey(secret, { name: "sessionSecret" })).rejects.toThrow(/^"sessionSecret" expected /);
    }
  });

  it("is in no error: none of its characters behind the prefix, four in a row", async () => {
    const wrong = ["np2_xK7qZp0vTooShort", "np2c_xK7qZp0vTooShort", `${generated}xK7q`, controlText];
    for (const secret of wrong) {
      const message = await messageOf(rootKey(secret));
      for (let at = 5; at + 4 <= secret.length; at++) expect(message).not.toContain(secret.slice(at, at + 4));
    }
  });
});

describe("a control key", () => {
  it("is its text, and nothing else is one", () => {
    const key = counting(0, 32);
    expect(formatControlKey(key)).toBe(controlText);
    expect(parseControlKey(controlText)).toEqual(key);
    expect(parseControlKey(`${controlText}\r\n`)).toEqual(key);
    expect(secretKind(controlText)).toBe("control-key");
    expect(parseControlKey(generated)).toBe(null);
    expect(parseControlKey("a passphrase")).toBe(null);
  });

  it("has 32 bytes", () => {
    expect(() => formatControlKey(new Uint8Array(33))).toThrow(
      new RangeError('"controlKey" expected 32 bytes, got 33'),
    );
    expect(() => formatControlKey("key" as unknown as Uint8Array)).toThrow(
      new TypeError('"controlKey" expected a Uint8Array, got string'),
    );
  });
});

describe("stretching a passphrase", () => {
  it("stops when it is aborted, with the signal's reason", async () => {
    const reason = new Error("the user went away");
    const controller = new AbortController();
    const derived = rootKey("a passphrase", { signal: controller.signal });
    setImmediate(() => controller.abort(reason));
    await expect(derived).rejects.toBe(reason);
  });

  it("does not start where it was aborted before, nor does a generated secret pass", async () => {
    const signal = AbortSignal.abort("too late");
    await expect(rootKey("a passphrase", { signal })).rejects.toBe("too late");
    await expect(rootKey(generated, { signal })).rejects.toBe("too late");
  });

  it("goes on where nobody aborts", async () => {
    const { signal } = new AbortController();
    expect(await rootKey("a passphrase", { signal })).toEqual(await rootKey("a passphrase"));
  });

  it("lets the event loop turn all the while", async () => {
    let turns = 0;
    const count = () => {
      turns += 1;
      immediate = setImmediate(count);
    };
    let immediate = setImmediate(count);
    await rootKey("a passphrase");
    clearImmediate(immediate);
    // Slices of 5 ms in some 200 ms; a faster machine has fewer of them.
    expect(turns).toBeGreaterThan(8);
  });
});
