import type { ControlKeys } from "@netpunch/control/core";
import { type SessionKeys, secretBytes, sessionKeys, slotSession } from "@netpunch/crypto";
import { createRandomBytes } from "@netpunch/simnet";
import { v1 } from "@netpunch/wire";

/** What control and the peers of a scenario share, unless it says otherwise. */
export const SECRET = "Secret";

/** What a control node is given: the secret itself, or the control key that is derived from it. */
export type ControlSecret = "secret" | "control key";

export interface SessionChoice {
  /** Default {@link SECRET}. */
  readonly secret?: string;
  /** A secret that only the pair has. Default: `secret`. */
  readonly sessionSecret?: string;
  readonly session: string;
}

const known = new Map<string, SessionKeys>();

/** The keys of a peer in a session; derived once for all the meetings of a test. */
export function peerKeys({ secret = SECRET, sessionSecret = secret, session }: SessionChoice): SessionKeys {
  const choice = JSON.stringify([secret, sessionSecret, session]);
  const keys = known.get(choice) ?? sessionKeys({ root: rootOf(secret), sessionRoot: rootOf(sessionSecret), session });
  known.set(choice, keys);
  return keys;
}

/** The keys of a control node. */
export function keysOfControl(given: ControlSecret, secret = SECRET): ControlKeys {
  const keysOf = (session: string) => peerKeys({ secret, session });
  const sessions = [...new Set(v1.SLOTS.map(slotSession))].map(keysOf);
  const { control } = keysOf(slotSession("a"));
  if (given === "control key") return { v1: null, control, slotSessions: [] };
  return { v1: secretBytes(secret), control, slotSessions: sessions.map(({ sid }) => sid) };
}

/** Stands for `rootKey()`, which takes its time with passphrases: a simulation does not wait. */
function rootOf(secret: string): Uint8Array {
  return createRandomBytes(secret, "root key")(32);
}
