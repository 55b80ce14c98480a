import { closeSync, openSync, readSync } from "node:fs";

/** chosen: far more than any secret or template; a file of a gigabyte is a mistake, and /dev/zero never ends. */
const MOST_KIB = 64;
/** How much is read at once. */
const PART_BYTES = 64 * 1024;
/** chosen: how long to sleep where a pipe has nothing yet and would not wait by itself. */
const NOTHING_YET_MS = 5;

/**
 * Reads a small file, or what stands for one: a FIFO, /dev/stdin, a shell's `<(...)`.
 *
 * Not by `readFileSync`, which asks what kind of file it is: node 20 keeps that answer where its loader of modules looks, and
 * after a pipe it takes links for files and loads a package twice.
 *
 * @param mostKiB default 64
 * @throws RangeError for more than that; what node:fs throws
 */
export function readSmallFile(path: string, mostKiB = MOST_KIB): Uint8Array {
  const descriptor = openSync(path, "r");
  try {
    const parts: Uint8Array[] = [];
    let length = 0;
    for (;;) {
      const part = new Uint8Array(PART_BYTES);
      const read = readSome(descriptor, part);
      if (read === 0) return Buffer.concat(parts);
      length += read;
      if (length > mostKiB * 1024) throw new RangeError(`it is larger than ${mostKiB} KiB`);
      parts.push(part.subarray(0, read));
    }
  } finally {
    closeSync(descriptor);
  }
}

/** Waits for at least one byte, or the end. */
function readSome(descriptor: number, into: Uint8Array): number {
  for (;;) {
    try {
      return readSync(descriptor, into);
    } catch (error) {
      // Somebody else has set the pipe to non-blocking, and its writer is slow.
      if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, NOTHING_YET_MS);
    }
  }
}
