import { v2 } from "@netpunch/wire";
import type { Audience, Inspected } from "./inspected.js";
import type { Keyring } from "./keyring.js";
import { inspectV1 } from "./v1.js";
import { inspectV2 } from "./v2.js";

/** Opens a datagram of either protocol. Never throws, whatever the bytes. */
export function inspect(bytes: Uint8Array, audience: Audience, keyring: Keyring): Inspected {
  if (v2.isFrame(bytes)) return inspectV2(bytes, keyring);
  return inspectV1(bytes, audience, keyring) ?? inspectData(bytes);
}

function inspectData(bytes: Uint8Array): Inspected {
  const text = new TextDecoder().decode(bytes);
  const value = /^[\x20-\x7e]*$/.test(text) ? JSON.stringify(text) : `${bytes.length} bytes`;
  const note = "None of netpunch's business: it goes to the program that shares the port.";
  const fields = bytes.length === 0 ? [] : [{ name: "data", at: 0, sizeBytes: bytes.length, value, note }];
  return {
    kind: "data",
    name: "data",
    protocol: "none",
    says: `The application says ${value}.`,
    signature: "none",
    fields,
  };
}
