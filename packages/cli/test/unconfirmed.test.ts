import { punch } from "@netpunch/peer";
import { v2 } from "@netpunch/wire";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { control, netpunch, type Run, SECRET, udpSocket } from "./netpunch.js";

const partners = new Set<AbortController>();

// Ids of runs in this process are as low as can be, so that the command has the higher one and nominates.
beforeEach(() => {
  const random = crypto.getRandomValues.bind(crypto);
  vi.spyOn(crypto, "getRandomValues").mockImplementation((bytes) =>
    bytes?.byteLength === v2.ID_BYTES ? bytes : random(bytes),
  );
});

afterEach(() => {
  vi.restoreAllMocks();
  for (const partner of partners) partner.abort();
});

/** A partner whose confirmations are all lost. */
async function partnerUnheard(address: string, session: string): Promise<void> {
  const socket = await udpSocket();
  const send = socket.send.bind(socket) as (...args: readonly unknown[]) => void;
  const lossy = (bytes: Uint8Array, ...rest: readonly unknown[]) => {
    const decoded = v2.decode(bytes);
    if (!(decoded.ok && decoded.frame.type === "confirm")) send(bytes, ...rest);
  };
  Object.assign(socket, { send: lossy });
  const abort = new AbortController();
  partners.add(abort);
  punch({ control: address, session, secret: SECRET, socket, signal: abort.signal }).catch(() => {});
}

function peer(address: string, session: string, ...flags: readonly string[]): Run {
  const common = ["-secret", SECRET, "-local", "127.0.0.1:0", "-remote", address];
  return netpunch(["-session", session, ...common, ...flags]);
}

describe("a hole that the partner never confirms", () => {
  it("is no result and runs no program, but an error, and another try with -retry", async () => {
    const address = await control();
    const program = ["-command", "/bin/echo", "-raw", "ran"];
    const once = peer(address, "once", "-json", ...program);
    const again = peer(address, "again", "-retry", ...program);
    await Promise.all([partnerUnheard(address, "once"), partnerUnheard(address, "again")]);
    expect(await once.ended).toMatchObject({ code: 1 });
    expect(JSON.parse(once.stdout)).toMatchObject({ type: "error", code: "unconfirmed", exitCode: 1 });
    expect(once.stderr).toMatch(/write: nominate[\s\S]*close: ok\nError: the partner did not confirm the hole/);
    await again.until(/\[error\] the partner did not confirm the hole.*\n.*next try in/);
    expect(again.stdout).toBe("");
  });

  it("does not keep a signal waiting", async () => {
    const address = await control();
    const run = peer(address, "stopped");
    await partnerUnheard(address, "stopped");
    await run.until(/write: nominate/);
    const end = await run.end("SIGTERM");
    expect(end).toMatchObject({ code: 1, signal: null });
    expect(end.afterMs).toBeLessThan(1000);
    expect(run.log.at(-1)).toBe(
      'Error: stopped by SIGTERM before there was a hole to the partner in session "stopped"',
    );
  });
});
