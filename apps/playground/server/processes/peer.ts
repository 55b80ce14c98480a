// A peer on loopback, as a process of its own: `peer a|b CONTROL v1|v2`. It tells what it sees on standard output, says
// hello through its hole, waits for the partner's hello and ends.
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { punch } from "@netpunch/peer";
import { SECRET, SESSION } from "../../src/inspect/keyring.js";
import { endWithServer, fail, machineNow, observer, tell, tellBound } from "./tell.js";

const TIMEOUT_MS = 10_000;
/** chosen: the partner's process may be slower than ours. */
const LISTEN_MS = 1500;

const [slot, control = "", protocol] = process.argv.slice(2);
const who = slot === "b" ? "b" : "a";
endWithServer();

try {
  const socket = createSocket("udp4").bind(0, "127.0.0.1");
  await once(socket, "listening");
  tellBound(who, { address: "127.0.0.1", port: socket.address().port });
  const meeting = protocol === "v1" ? ({ slot: who, protocol: "v1" } as const) : { session: SESSION };
  const hole = await punch({
    ...meeting,
    control,
    secret: SECRET,
    socket,
    timeoutMs: TIMEOUT_MS,
    observers: [observer(who)],
  });
  hole.send(new TextEncoder().encode(`hello from ${who}`));
  await Promise.race([hearHello(hole.messages), setTimeout(LISTEN_MS, undefined, { ref: false })]);
  await hole.release();
  socket.close();
  process.stdin.destroy();
} catch (error) {
  fail(who, error);
}

async function hearHello(messages: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const message of messages) {
    tell({ type: "heard", who, at: machineNow(), text: new TextDecoder().decode(message) });
    return;
  }
}
