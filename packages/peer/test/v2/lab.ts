import { createHash } from "node:crypto";
import { type SessionKeys, sessionKeys } from "@netpunch/crypto";

const utf8 = new TextEncoder();

/** A root key without the quarter of a second that a passphrase costs. */
export function keysOf(session = "home", root = "root"): SessionKeys {
  return sessionKeys({ root: createHash("sha256").update(root).digest(), session });
}

/** Randomness that happens again: SHA-256 of a seed and a counter. */
export function seeded(seed: string | number): (length: number) => Uint8Array {
  let counter = 0;
  return (length) => {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at += 32) {
      const block = createHash("sha256")
        .update(utf8.encode(`${seed} ${counter++}`))
        .digest();
      bytes.set(block.subarray(0, Math.min(32, length - at)), at);
    }
    return bytes;
  };
}

/** Randomness whose first bytes, which are the run's id, are chosen: the higher id controls. */
export function withId(id: number, seed: string | number = id): (length: number) => Uint8Array {
  const random = seeded(seed);
  let first = true;
  return (length) => {
    const bytes = random(length);
    if (first) bytes.fill(id, 0, 8);
    first = false;
    return bytes;
  };
}
