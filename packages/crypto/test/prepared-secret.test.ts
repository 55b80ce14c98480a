import { inspect } from "node:util";
import { scryptAsync } from "@noble/hashes/scrypt.js";
import { beforeEach, describe, expect, it, vi } from "vitest";
import {
  formatControlKey,
  parseControlKey,
  prepareSecret,
  rootKey,
  type Secret,
  secretBytes,
  secretKind,
} from "../src/index.js";
import { counting } from "./v2-vectors.js";

vi.mock("@noble/hashes/scrypt.js", async (original) => {
  const noble = await original<typeof import("@noble/hashes/scrypt.js")>();
  return { ...noble, scryptAsync: vi.fn(noble.scryptAsync) };
});

beforeEach(() => {
  vi.mocked(scryptAsync).mockClear();
});

const PASSPHRASE = "correct horse battery staple\n";
const GENERATED = "np2_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
const CONTROL_KEY = formatControlKey(counting(0, 32));

describe("a prepared secret", () => {
  it("is stretched once, however often and by whomever its key is needed", async () => {
    const root = await rootKey(PASSPHRASE);
    expect(scryptAsync).toHaveBeenCalledTimes(1);
    const prepared = await prepareSecret(PASSPHRASE);
    expect(scryptAsync).toHaveBeenCalledTimes(2);
    expect(await Promise.all([rootKey(prepared), rootKey(prepared)])).toEqual([root, root]);
    expect(await rootKey(await prepareSecret(prepared))).toEqual(root);
    expect(scryptAsync).toHaveBeenCalledTimes(2);
  });

  it.each<[string, Secret]>([
    ["passphrase", PASSPHRASE],
    ["passphrase", new TextEncoder().encode(PASSPHRASE)],
    ["generated", GENERATED],
    ["control-key", CONTROL_KEY],
  ])("is in all else what it was: a %s", async (kind, secret) => {
    const prepared = await prepareSecret(secret);
    expect(secretKind(prepared)).toBe(kind);
    expect(secretBytes(prepared)).toEqual(secretBytes(secret));
    expect(parseControlKey(prepared)).toEqual(parseControlKey(secret));
    if (kind === "generated") expect(await rootKey(prepared)).toEqual(await rootKey(secret));
  });

  it("of a control key has no root either", async () => {
    await expect(rootKey(await prepareSecret(CONTROL_KEY))).rejects.toThrow(/^"secret" expected the secret itself/);
  });

  it("keeps what it was made of, whatever its owner and its readers write over", async () => {
    const bytes = new TextEncoder().encode(GENERATED);
    const prepared = await prepareSecret(bytes);
    const root = await rootKey(GENERATED);
    bytes.fill(0);
    secretBytes(prepared).fill(0);
    (await rootKey(prepared)).fill(0);
    expect(secretBytes(prepared)).toEqual(secretBytes(GENERATED));
    expect(await rootKey(prepared)).toEqual(root);
  });

  it("shows nothing of it when it is printed", async () => {
    const prepared = await prepareSecret(GENERATED);
    expect([JSON.stringify(prepared), `${prepared}`, inspect(prepared, { depth: 9, showHidden: true })]).toEqual([
      "{}",
      "[object Object]",
      "PreparedSecret {}",
    ]);
  });

  it("is refused and stopped as its root is", async () => {
    await expect(prepareSecret("", { name: "sessionSecret" })).rejects.toThrow(/^"sessionSecret" expected/);
    await expect(prepareSecret("np2_short")).rejects.toThrow(/^"secret" expected 43 characters/);
    await expect(prepareSecret(7 as unknown as string)).rejects.toThrow(TypeError);
    for (const secret of [PASSPHRASE, GENERATED, CONTROL_KEY]) {
      await expect(prepareSecret(secret, { signal: AbortSignal.abort("too late") })).rejects.toBe("too late");
    }
    const controller = new AbortController();
    const preparing = prepareSecret(PASSPHRASE, { signal: controller.signal });
    setImmediate(() => controller.abort("the user went away"));
    await expect(preparing).rejects.toBe("the user went away");
  });
});
