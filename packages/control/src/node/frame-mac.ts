import { hash } from "node:crypto";
import { equalConstantTime, type FrameMac, KEY_BYTES } from "@netpunch/crypto";
import { v2 } from "@netpunch/wire";

/*
 * HMAC (RFC 2104 section 2) as the two hashes that it is: hash(outerKey || hash(innerKey || text)). Node's one-shot
 * hash() makes no object for each, which is most of what createHmac() takes for a text as short as a frame.
 */

const HASH = "sha256";
const BLOCK_BYTES = 64;
const HASH_BYTES = 32;
const INNER_PAD = 0x36;
const OUTER_PAD = 0x5c;

/**
 * The same as `createFrameMac` of `@netpunch/crypto`, by Node's own hash: half the time, as a node that serves thousands
 * of peers does little else.
 *
 * @throws RangeError for a key that is not 32 bytes.
 */
export function createNodeFrameMac(key: Uint8Array): FrameMac {
  if (key.length !== KEY_BYTES) throw new RangeError(`"key" expected ${KEY_BYTES} bytes, got ${key.length}`);
  const inner = Buffer.alloc(BLOCK_BYTES + v2.MAX_FRAME_BYTES, INNER_PAD);
  const outer = Buffer.alloc(BLOCK_BYTES + HASH_BYTES, OUTER_PAD);
  const mac = Buffer.alloc(HASH_BYTES);
  const cut = mac.subarray(0, v2.MAC_BYTES);
  for (const [at, byte] of key.entries()) {
    inner[at] = byte ^ INNER_PAD;
    outer[at] = byte ^ OUTER_PAD;
  }

  const compute = (frame: Uint8Array): void => {
    inner.set(frame, BLOCK_BYTES);
    const text = inner.subarray(0, BLOCK_BYTES + frame.length - v2.MAC_BYTES);
    outer.write(hash(HASH, text, "binary"), BLOCK_BYTES, "binary");
    mac.write(hash(HASH, outer, "binary"), "binary");
  };

  return {
    sign(frame) {
      if (!hasFrameSize(frame)) {
        throw new RangeError(`"frame" expected 17 to ${v2.MAX_FRAME_BYTES} bytes, got ${frame.length}`);
      }
      compute(frame);
      frame.set(cut, frame.length - v2.MAC_BYTES);
      return frame;
    },
    verify(frame) {
      if (!hasFrameSize(frame)) return false;
      compute(frame);
      return equalConstantTime(frame.subarray(frame.length - v2.MAC_BYTES), cut);
    },
  };
}

function hasFrameSize({ length }: Uint8Array): boolean {
  return length > v2.MAC_BYTES && length <= v2.MAX_FRAME_BYTES;
}
