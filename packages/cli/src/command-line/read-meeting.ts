import { isSlotSession } from "@netpunch/crypto";
import { v1 } from "@netpunch/wire";
import { didYouMean } from "./did-you-mean.js";
import type { Flags } from "./flags.js";
import type { Meeting } from "./meeting.js";
import { isProtocol, PROTOCOLS, type Protocol } from "./options.js";
import { findSecret } from "./secret.js";
import type { SystemLookups } from "./system-lookups.js";

const SESSION_SECRET = ["session-secret", "session-secret-file", "session-secret-env"] as const;

/** Finds out where a peer is to meet its partner; what is wrong is added to `mistakes`. */
export function readMeeting(slot: string, flags: Flags, system: SystemLookups, mistakes: string[]): Meeting {
  const name = flags.text("session");
  if (name === "" && !flags.isEmpty("session")) return readSlot(slot, flags, mistakes);
  if (slot !== "") mistakes.push("-peer and -session both say where to meet: choose one");
  if (name === "") mistakes.push("-session: expected a name, got none");
  // node decodes arguments as UTF-8, and what it could not decode is lost: different names would become one.
  if (/[\ufffd\p{Surrogate}]/u.test(name)) mistakes.push("-session: expected UTF-8");
  if (isSlotSession(name)) mistakes.push(`-session: ${JSON.stringify(name)} is the pair of slots: take -peer`);
  const protocol = readProtocol("v2", flags, mistakes);
  if (protocol !== "v2") mistakes.push(`-protocol: a session is always v2, got ${JSON.stringify(protocol)}`);
  return { type: "session", name, secret: readSessionSecret(flags, system, mistakes) };
}

function readSlot(slot: string, flags: Flags, mistakes: string[]): Meeting {
  if (slot === "")
    mistakes.push("you have to specify a slot (netpunch peer a) or a session (netpunch peer -session NAME)");
  else if (!v1.isSlot(slot)) mistakes.push(`-peer: expected one letter a-z, got ${JSON.stringify(slot)}`);
  for (const name of SESSION_SECRET) {
    if (flags.has(name) || flags.isEmpty(name)) mistakes.push(`-${name}: only a session has it (-session NAME)`);
  }
  return { type: "slot", slot: v1.isSlot(slot) ? slot : "a", protocol: readProtocol("auto", flags, mistakes) };
}

function readProtocol(byDefault: Protocol, flags: Flags, mistakes: string[]): Protocol {
  const given = flags.text("protocol");
  if (given === "" && !flags.isEmpty("protocol")) return byDefault;
  if (isProtocol(given)) return given;
  mistakes.push(
    `-protocol: expected ${PROTOCOLS.join(", ")}, got ${JSON.stringify(given)}${didYouMean(given, PROTOCOLS)}`,
  );
  return byDefault;
}

function readSessionSecret(flags: Flags, system: SystemLookups, mistakes: string[]): Uint8Array | null {
  const empty = SESSION_SECRET.filter((name) => flags.isEmpty(name));
  // Not "none", as elsewhere: an unset variable would open the session to everybody who has the secret.
  for (const name of empty) mistakes.push(`-${name}: expected a value, got none`);
  if (empty.length > 0 || !SESSION_SECRET.some((name) => flags.has(name))) return null;
  const found = findSecret(
    {
      flag: "session-secret",
      text: flags.text("session-secret"),
      file: flags.text("session-secret-file"),
      environmentName: flags.text("session-secret-env"),
      controlKey: "refused",
    },
    system,
  );
  if (!found.ok) mistakes.push(found.message);
  return found.ok ? found.secret : null;
}
