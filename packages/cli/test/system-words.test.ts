import { getSystemErrorMap } from "node:util";
import type { PeerEvent } from "@netpunch/peer";
import { formatEndpoint } from "@netpunch/wire";
import { describe, expect, it } from "vitest";
import { FirstContact } from "../src/commands/peer/first-contact.js";
import { Waiting } from "../src/commands/peer/waiting.js";
import { createTroubleLog } from "../src/log/datagram-log.js";
import { asFailure, type Failure, systemReason } from "../src/process/failure.js";

const control = { address: "198.51.100.1", port: 7777 };
const named: PeerEvent = { type: "control", endpoint: control };

/** As node:dgram says that a datagram could not be sent. */
function notSent(errno: number, code: string): Error {
  const where = formatEndpoint(control);
  return Object.assign(new Error(`send ${code} ${where}`), { errno, code, syscall: "send" });
}

/** The name of an error in C, as nobody but a programmer says it. */
const RAW = /\bE[A-Z]{3,}\b/;

describe("whatever the system says, nobody has to know its names of errors:", () => {
  const all = [...getSystemErrorMap()];
  const { length } = all;

  it(`the ${length} of them are put into words where something cannot be sent`, () => {
    for (const [errno, [code]] of all) {
      const error = notSent(errno, code);
      const lines: string[] = [];
      const log = { info: () => {}, error: (text: string) => void lines.push(text), lastError: null };
      createTroubleLog(log).sendFailed(control, error);
      const failures: Failure[] = [];
      const first = new FirstContact((failure) => failures.push(failure));
      for (let i = 0; i < 5; i += 1) first.sendFailed(control, error);
      const waiting = new Waiting({
        meeting: { type: "slot", slot: "a", protocol: "v1" },
        remote: "x:1",
        now: () => 9000,
      });
      waiting.event({ type: "phase", phase: "discovering", signal: null, target: null }, 0);
      waiting.event(named, 0);
      waiting.sendFailed(control, error);
      const said = [...lines, ...failures.map(({ message }) => message), waiting.text()];
      expect(said).toHaveLength(3);
      expect(said.filter((text) => RAW.test(text) || !text.includes(systemReason(error)))).toEqual([]);
    }
  });

  it(`the ${length} of them are put into words where anything else fails`, () => {
    for (const [errno, [code]] of all) {
      const error = Object.assign(new Error(`${code}: x, open 'y'`), { errno, code, syscall: "open", path: "y" });
      expect(asFailure(error).message).toMatch(/^the system refused to open "y": [a-z]/);
      expect(asFailure(error).message).not.toMatch(RAW);
    }
  });

  it("an error of node's own has its message, and not its code", () => {
    const error = Object.assign(new Error("Cannot create a string longer than 0x1fffffe8 characters"), {
      code: "ERR_STRING_TOO_LONG",
    });
    expect(systemReason(error)).toBe("Cannot create a string longer than 0x1fffffe8 characters");
  });
});
