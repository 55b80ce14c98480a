import { systemReason } from "./failure.js";

/** Where flags may say that a secret is. */
export interface SecretSources {
  readonly text: string;
  readonly file: string;
  readonly environmentName: string;
}

export interface World {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** @throws as node:fs does */
  readonly readFile: (path: string) => Uint8Array;
  /** The absolute path of a program, null where there is none that may be run. */
  readonly findProgram: (name: string) => string | null;
}

export type FoundSecret =
  | { readonly ok: true; readonly secret: Uint8Array; readonly warning: string | null }
  | { readonly ok: false; readonly message: string };

/** Takes the secret from the first source that is given: file, environment, command line. No message shows any of it. */
export function findSecret({ text, file, environmentName }: SecretSources, world: World): FoundSecret {
  if (file !== "") return fromFile(file, world);
  if (environmentName !== "") {
    const value = world.environment[environmentName];
    // The name is not repeated: whoever writes -secret-env "$SECRET" has put the secret there.
    if (value === undefined) return mistake("-secret-env: expected the name of a variable that is set");
    if (value === "") return mistake("-secret-env: the variable is empty");
    return fromText("-secret-env", value);
  }
  if (text !== "") return fromText("-secret", text);
  return mistake("you have to specify secret (-secret-file FILE, -secret-env NAME or -secret TEXT)");
}

function fromFile(file: string, world: World): FoundSecret {
  let secret: Uint8Array;
  try {
    secret = world.readFile(file);
  } catch (error) {
    return mistake(`-secret-file: cannot read ${JSON.stringify(file)}: ${systemReason(error)}`);
  }
  if (secret.length === 0) return mistake(`-secret-file: ${JSON.stringify(file)} is empty`);
  const warning =
    secret.at(-1) === 0x0a
      ? `-secret-file: ${JSON.stringify(file)} ends with a newline, which is part of the secret: all three sides need it`
      : null;
  return { ok: true, secret, warning };
}

function fromText(flag: string, text: string): FoundSecret {
  // node decodes arguments and environment as UTF-8; what it could not decode is lost, and with it the true secret.
  if (text.includes("\ufffd")) return mistake(`${flag}: expected UTF-8; put other bytes into a -secret-file`);
  return { ok: true, secret: new TextEncoder().encode(text), warning: null };
}

function mistake(message: string): FoundSecret {
  return { ok: false, message };
}
