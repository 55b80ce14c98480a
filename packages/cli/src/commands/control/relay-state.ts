import { renameSync, writeFileSync } from "node:fs";
import type { Control, ControlEvent, KeptEnd } from "@netpunch/control";
import type { Observer } from "@netpunch/transport";
import { Failure, systemReason } from "../../process/failure.js";
import { readSmallFile } from "../../process/read-small-file.js";

/** Another number for whatever this version could not read. */
const SCHEMA = "netpunch-relay/1";

/** chosen: some 400,000 ends, more than a node relays; and small enough to be read at once. */
const MOST_KIB = 64 * 1024;

/**
 * The ends of the relay that other programs have, in a file, so that the next node on this port can go on with them. The
 * file has addresses and ids, and no key.
 */
export class RelayState {
  readonly #file: string;
  readonly #failed: (why: string) => void;
  #control: Control | null = null;
  #isDue = false;

  /** @param failed told why the file could not be written, while control runs. */
  constructor(file: string, failed: (why: string) => void) {
    this.#file = file;
    this.#failed = failed;
  }

  /** What an earlier node left; nothing where there is no file yet. @throws Failure where it cannot be read or is no such file. */
  read(): readonly KeptEnd[] {
    let text: string;
    try {
      text = new TextDecoder().decode(readSmallFile(this.#file, MOST_KIB));
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
      throw new Failure("relay-state", `-relay-state: cannot read ${this.#file}: ${systemReason(error)}`, {
        cause: error,
      });
    }
    const ends = endsIn(text);
    if (ends !== null) return ends;
    throw new Failure("relay-state", `-relay-state: ${this.#file} was not written by a control node`, {
      advice: "name another file, or remove this one",
    });
  }

  /** Writes what there is, and from now on whatever changes. @throws Failure where the file cannot be written. */
  follow(control: Control): void {
    this.#control = control;
    try {
      this.#write();
    } catch (error) {
      throw new Failure("relay-state", `-relay-state: cannot write ${this.#file}: ${systemReason(error)}`, {
        cause: error,
      });
    }
  }

  /** Writes once more, at the end. */
  finish(): void {
    this.#writeOrTell();
    this.#control = null;
  }

  readonly observer: Observer<ControlEvent> = {
    event: ({ type }) => {
      if (type !== "relayReleased" && type !== "relayEnded") return;
      if (this.#isDue || this.#control === null) return;
      this.#isDue = true;
      // The event comes before the last of what it is about, and many may come at once.
      setImmediate(() => {
        this.#isDue = false;
        if (this.#control !== null) this.#writeOrTell();
      });
    },
  };

  #writeOrTell(): void {
    try {
      this.#write();
    } catch (error) {
      this.#failed(`-relay-state: cannot write ${this.#file}: ${systemReason(error)}`);
    }
  }

  /** A node that is killed in the middle of it leaves the old file. */
  #write(): void {
    if (this.#control === null) return;
    const next = `${this.#file}.new`;
    writeFileSync(next, `${JSON.stringify({ schema: SCHEMA, ends: this.#control.keptEnds() })}\n`, { mode: 0o600 });
    renameSync(next, this.#file);
  }
}

function endsIn(text: string): readonly KeptEnd[] | null {
  try {
    const content: unknown = JSON.parse(text);
    const isOurs = typeof content === "object" && content !== null && "schema" in content && content.schema === SCHEMA;
    // Control takes from it only what can be an end.
    return isOurs && "ends" in content && Array.isArray(content.ends) ? content.ends : null;
  } catch {
    return null;
  }
}
