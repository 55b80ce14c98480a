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
  const mac = Buffer.alloc(v2.MAC_BYTES);
  const views: FrameView[] = [];
  for (const [at, byte] of key.entries()) {
    inner[at] = byte ^ INNER_PAD;
    outer[at] = byte ^ OUTER_PAD;
  }

  /** Leaves the MAC that the frame should have in `mac`; returns where its copy is, with the MAC that it has. */
  const compute = (frame: Uint8Array): FrameView => {
    const view = views[frame.length] ?? viewOf(inner, frame.length);
    views[frame.length] = view;
    inner.set(frame, BLOCK_BYTES);
    putBinary(hash(HASH, view.text, "binary"), outer, BLOCK_BYTES, HASH_BYTES);
    putBinary(hash(HASH, outer, "binary"), mac, 0, v2.MAC_BYTES);
    return view;
  };

  return {
    sign(frame) {
      if (!hasFrameSize(frame)) {
        throw new RangeError(`"frame" expected 17 to ${v2.MAX_FRAME_BYTES} bytes, got ${frame.length}`);
      }
      compute(frame);
      frame.set(mac, frame.length - v2.MAC_BYTES);
      return frame;
    },
    verify(frame) {
      return hasFrameSize(frame) && equalConstantTime(compute(frame).mac, mac);
    },
  };
}

function hasFrameSize({ length }: Uint8Array): boolean {
  return length > v2.MAC_BYTES && length <= v2.MAX_FRAME_BYTES;
}

/** Where a frame of one size lies behind the inner key: as views, which to make anew for each frame takes longer. */
interface FrameView {
  /** What the inner hash is of. */
  readonly text: Uint8Array;
  readonly mac: Uint8Array;
}

function viewOf(inner: Uint8Array, frameBytes: number): FrameView {
  const macAt = BLOCK_BYTES + frameBytes - v2.MAC_BYTES;
  return { text: inner.subarray(0, macAt), mac: inner.subarray(macAt, macAt + v2.MAC_BYTES) };
}

/** Node makes a hash faster as a string of one character for each byte than as a buffer. */
function putBinary(text: string, into: Uint8Array, at: number, length: number): void {
  for (let i = 0; i < length; i++) into[at + i] = text.charCodeAt(i);
}
