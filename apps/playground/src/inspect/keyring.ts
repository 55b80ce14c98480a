import {
  type CandidateSeal,
  controlKey,
  createCandidateSeal,
  createFrameMac,
  createV1Envelope,
  type FrameMac,
  type SessionKeys,
  secretBytes,
  sessionKeys,
  slotSession,
  type V1Envelope,
} from "@netpunch/crypto";
import { v1 } from "@netpunch/wire";

/** What all runs share, those of real processes too. It guards nothing: whoever reads this knows it. */
export const SECRET = "TheSecretWord";
/** `rootKey(SECRET)`: it takes scrypt a third of a second, so it stands here, and a test compares. */
const ROOT_HEX = "7876b956281f90fc317c9f51ad2010918c6a784e54ad21465a1dd36e10dbcc16";
/** The name of the session in runs of protocol v2. */
export const SESSION = "home";

/** Opens every datagram of a run. */
export interface Keyring {
  readonly v1: V1Envelope;
  readonly control: FrameMac;
  /** By session: its name, and what its peers sign and seal with. */
  readonly sessions: readonly {
    readonly name: string;
    readonly keys: SessionKeys;
    readonly mac: FrameMac;
    readonly seal: CandidateSeal;
  }[];
}

const root = Uint8Array.from({ length: 32 }, (_, at) => Number.parseInt(ROOT_HEX.slice(2 * at, 2 * at + 2), 16));

/** The keys of a session of {@link SECRET}. */
export function keysOf(session: string): SessionKeys {
  return sessionKeys({ root, session });
}

/** What a control core with {@link SECRET} knows, without the wait that `controlKeys()` is. */
export function keysOfControl() {
  const firsts = v1.SLOTS.filter((_, index) => index % 2 === 0);
  return {
    v1: secretBytes(SECRET),
    control: controlKey(root),
    slotSessions: firsts.map((slot) => keysOf(slotSession(slot)).sid),
  };
}

export function createKeyring(): Keyring {
  const sessions = [SESSION, slotSession("a")].map((name) => {
    const keys = keysOf(name);
    return { name, keys, mac: createFrameMac(keys.peer), seal: createCandidateSeal(keys.candidates) };
  });
  return { v1: createV1Envelope(secretBytes(SECRET)), control: createFrameMac(controlKey(root)), sessions };
}
