import {
  controlKey,
  parseControlKey,
  rootKey,
  type Secret,
  secretBytes,
  sessionKeys,
  slotSession,
} from "@netpunch/crypto";
import { v1 } from "@netpunch/wire";

/** What a control node knows of its secret. */
export interface ControlKeys {
  /** The secret's bytes as v1 uses them; null where only a control key was given, which serves v2 alone. */
  readonly v1: Uint8Array | null;
  /** For what passes between peers and control in v2. */
  readonly control: Uint8Array;
  /** The ids of the sessions that stand for the pairs of v1's slots, a-b first; none with a control key alone. */
  readonly slotSessions: readonly Uint8Array[];
}

/**
 * Derives what a control node needs from the secret, or from a control key (`np2c_...`), which can do less: with it
 * control speaks v2 only, and can neither be a peer nor read a session's name.
 *
 * It takes some 0.3 s for a passphrase, a slice of 5 ms at a time, and no time for the others and for a prepared secret.
 *
 * @param options.signal stops it within a slice; the promise rejects with its reason.
 * @throws RangeError, TypeError (rejections) for a secret that can be none, as `rootKey` of `@netpunch/crypto` does.
 */
export async function controlKeys(
  secret: Secret,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<ControlKeys> {
  signal?.throwIfAborted();
  const given = parseControlKey(secret);
  if (given !== null) return { v1: null, control: given, slotSessions: [] };
  // Before it waits: the caller may write over them then.
  const bytes = secretBytes(secret);
  const root = await rootKey(secret, signal === undefined ? {} : { signal });
  const firsts = v1.SLOTS.filter((_slot, index) => index % 2 === 0);
  return {
    v1: bytes,
    control: controlKey(root),
    slotSessions: firsts.map((slot) => sessionKeys({ root, session: slotSession(slot) }).sid),
  };
}
