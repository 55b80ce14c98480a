import type { RelayOption } from "@netpunch/control";
import type { SecretKind } from "@netpunch/crypto";
import type { Meeting } from "./meeting.js";
import type { Shell } from "./options.js";
import type { ProgramArgument } from "./parser.js";
import type { RelayMode } from "./read-relay.js";
import type { Template } from "./template.js";

/** What a run does: every value is checked, so what can still go wrong is the network's and the system's doing. */
export type Task =
  | { readonly type: "help"; readonly text: string }
  | { readonly type: "version" }
  | { readonly type: "completion"; readonly shell: Shell }
  | { readonly type: "demo"; readonly logging: Logging }
  | KeygenTask
  | ControlTask
  | PeerTask;

/** What the log shows: nothing at all, what happens, also what each datagram says, or also all of its bytes. */
export type Logging = "off" | "events" | "payload" | "datagram";

export interface KeygenTask {
  readonly type: "keygen";
  /** Whose control key is to be made; null: a new secret is. */
  readonly controlKeyOf: Uint8Array | null;
  /** Null: it is printed. */
  readonly file: string | null;
  readonly output: "text" | "json";
}

export interface NodeTask {
  readonly local: string;
  readonly secret: Uint8Array;
  readonly secretKind: SecretKind;
  readonly logging: Logging;
  readonly output: "text" | "json";
  readonly warnings: readonly string[];
}

export interface ControlTask extends NodeTask {
  readonly type: "control";
  /** null: only when asked by SIGUSR1; "atEnd": at the end too; a number: and every so many milliseconds. */
  readonly stats: null | "atEnd" | number;
  /** How many peers in sessions there is room for; null: control's default. */
  readonly maxBindings: number | null;
  /** How many of them may come from one address; null for the default. */
  readonly maxPerSource: number | null;
  readonly relay: RelayOption;
  /** Where it is kept which programs use the relay; null: nowhere. */
  readonly relayState: string | null;
  /** How long it waits for these programs when it is stopped; null: not at all. */
  readonly drainForMs: number | null;
}

export interface PeerTask extends NodeTask {
  readonly type: "peer";
  readonly meeting: Meeting;
  readonly remote: string;
  readonly template: Template;
  readonly program: Program | null;
  readonly timeoutMs: number | null;
  readonly relay: RelayMode;
  /** Null: as `punch()` has it. */
  readonly relayAfterMs: number | null;
  /** Whether the hole may begin at another local port than the one in `local`. */
  readonly localPort: "any" | "same";
  readonly repeat: "once" | "for ever";
}

export interface Program {
  /** As it was given. */
  readonly name: string;
  /** Where it was found. */
  readonly path: string;
  readonly arguments: readonly { readonly kind: ProgramArgument["kind"]; readonly render: Template }[];
}
