import { type SecretKind, secretKind } from "@netpunch/crypto";
import { systemReason } from "../process/failure.js";
import type { SystemLookups } from "./system-lookups.js";

/** The flags that may say what a secret is; the names of the others begin with the first one's. */
type SecretFlag = "secret" | "session-secret";

/** Where flags may say that a secret is. */
export interface SecretSources {
  readonly flag: SecretFlag;
  readonly text: string;
  readonly file: string;
  readonly environmentName: string;
  /** Whether it may be a control key, which is no secret of a peer's. */
  readonly controlKey: "taken" | "refused";
}

export type FoundSecret =
  | {
      readonly ok: true;
      readonly secret: Uint8Array;
      readonly kind: SecretKind;
      /** What is to be said where protocol v1 is spoken. */
      readonly v1Warning: string | null;
    }
  | { readonly ok: false; readonly message: string };

type Bytes =
  | { readonly ok: true; readonly flag: string; readonly secret: Uint8Array; readonly file: string | null }
  | { readonly ok: false; readonly message: string };

/** Takes the secret from the first source that is given: file, environment, command line. No message shows any of it. */
export function findSecret(sources: SecretSources, system: SystemLookups): FoundSecret {
  const found = readBytes(sources, system);
  if (!found.ok) return found;
  const { flag, secret, file } = found;
  try {
    const kind = secretKind(secret);
    if (kind === "control-key" && sources.controlKey === "refused") {
      return mistake(
        `"${flag}" expected the secret itself, got a control key (np2c_...), which only a control node takes`,
      );
    }
    const counts = kind !== "control-key" && file !== null && secret.at(-1) === 0x0a;
    return { ok: true, secret, kind, v1Warning: counts ? newlineWarning(flag, file) : null };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return mistake(error.message.replace('"secret"', `"${flag}"`));
  }
}

function readBytes({ flag, text, file, environmentName }: SecretSources, system: SystemLookups): Bytes {
  if (file !== "") return fromFile(`-${flag}-file`, file, system);
  if (environmentName !== "") {
    const value = system.environment[environmentName];
    // The name is not repeated: whoever writes -secret-env "$SECRET" has put the secret there.
    if (value === undefined) return mistake(`-${flag}-env: expected the name of a variable that is set`);
    if (value === "") return mistake(`-${flag}-env: the variable is empty`);
    return fromText(`-${flag}-env`, value);
  }
  if (text !== "") return fromText(`-${flag}`, text);
  return mistake("you have to specify secret (-secret-file FILE, -secret-env NAME or -secret TEXT)");
}

function fromFile(flag: string, file: string, system: SystemLookups): Bytes {
  try {
    const secret = system.readFile(file);
    if (secret.length === 0) return mistake(`${flag}: ${JSON.stringify(file)} is empty`);
    return { ok: true, flag, secret, file };
  } catch (error) {
    return mistake(`${flag}: cannot read ${JSON.stringify(file)}: ${systemReason(error)}`);
  }
}

function fromText(flag: string, text: string): Bytes {
  // node decodes arguments and environment as UTF-8; what it could not decode is lost, and with it the true secret.
  if (text.includes("\ufffd"))
    return mistake(`${flag}: expected UTF-8; put other bytes into a file (${fileFlag(flag)})`);
  return { ok: true, flag, secret: new TextEncoder().encode(text), file: null };
}

function fileFlag(flag: string): string {
  return `${flag.replace("-env", "")}-file`;
}

function newlineWarning(flag: string, file: string): string {
  return `${flag}: ${JSON.stringify(file)} ends with a newline, which protocol v1 takes for part of the secret: all three sides need it`;
}

function mistake(message: string): { readonly ok: false; readonly message: string } {
  return { ok: false, message };
}
