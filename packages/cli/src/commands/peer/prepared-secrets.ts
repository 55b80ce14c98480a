import { prepareSecret, type Secret } from "@netpunch/crypto";
import type { Meeting } from "../../command-line/meeting.js";
import type { PeerTask } from "../../command-line/task.js";

/** The secrets that a peer meets its partner with. */
export interface Secrets {
  readonly secret: Secret;
  /** What only the two peers of a session have; null: there is none. */
  readonly sessionSecret: Secret | null;
}

/** Makes the keys of a peer's secrets, once for its log and for its hole; in protocol v1 they have none. */
export async function prepareSecrets({ meeting, secret }: PeerTask, signal: AbortSignal): Promise<Secrets> {
  if (!speaksV2(meeting)) return { secret, sessionSecret: null };
  const given = meeting.type === "session" ? meeting.secret : null;
  const [prepared, sessionSecret] = await Promise.all([
    prepareSecret(secret, { signal }),
    given === null ? null : prepareSecret(given, { signal }),
  ]);
  return { secret: prepared, sessionSecret };
}

export function speaksV2(meeting: Meeting): boolean {
  return meeting.type === "session" || meeting.protocol !== "v1";
}
