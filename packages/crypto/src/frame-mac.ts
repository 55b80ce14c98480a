import { v2 } from "@netpunch/wire";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { equalConstantTime } from "./constant-time.js";
import { checkedKey, KEY_BYTES } from "./key.js";

/** Signs and verifies the frames of v2 with one key. */
export interface FrameMac {
  /** Writes the MAC over all but the last 16 bytes into those; returns the same frame. */
  sign(frame: Uint8Array): Uint8Array;
  /** Whether the frame's last 16 bytes are the MAC of the others. Never throws, whatever the bytes. */
  verify(frame: Uint8Array): boolean;
}

/**
 * Makes the signer of a key: HMAC-SHA256, cut to its first 16 bytes.
 *
 * The key is absorbed here once, so that each frame hashes only its own bytes.
 *
 * @throws TypeError, RangeError for a key that is not 32 bytes.
 */
export function createFrameMac(key: Uint8Array): FrameMac {
  const keyed = hmac.create(sha256, checkedKey(key, "key"));
  const running = keyed.clone();
  const mac = new Uint8Array(KEY_BYTES);
  const cut = mac.subarray(0, v2.MAC_BYTES);

  /** Each call starts from the keyed state, whatever the one before left in the buffers. */
  const compute = (frame: Uint8Array): void => {
    keyed
      ._cloneInto(running)
      .update(frame.subarray(0, frame.length - v2.MAC_BYTES))
      .digestInto(mac);
  };

  return {
    sign(frame) {
      if (frame.length <= v2.MAC_BYTES) {
        throw new RangeError(`"frame" expected more than ${v2.MAC_BYTES} bytes, got ${frame.length}`);
      }
      compute(frame);
      frame.set(cut, frame.length - v2.MAC_BYTES);
      return frame;
    },
    verify(frame) {
      if (frame.length <= v2.MAC_BYTES) return false;
      compute(frame);
      return equalConstantTime(frame.subarray(frame.length - v2.MAC_BYTES), cut);
    },
  };
}
