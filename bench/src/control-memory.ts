import { createSocket } from "node:dgram";
import { type Bench, shorten, type Table } from "./bench.js";
import { Server } from "./load.js";

const DATAGRAMS = 1_000_000;
/** From nothing to the most that a UDP datagram holds on Ethernet. */
const SIZES = [0, 1, 41, 42, 43, 61, 512, 1472] as const;
/** As many as the server's socket buffer holds for sure. */
const BURST = 32;

async function* run(): AsyncIterable<Table> {
  const server = new Server("control", "udp4");
  await server.listen();
  // Warm: code compiled, buffers of the runtime at their size.
  await junk(server.port, DATAGRAMS / 10);
  const before = await server.memory();
  let after = before;
  // Some may find the socket's buffer full: what counts is what arrived.
  while (after.heard - before.heard < DATAGRAMS) {
    await junk(server.port, DATAGRAMS / 10);
    after = await server.memory();
  }
  server.stop();
  const megabytes = (bytes: number) => shorten(bytes / 1e6);
  yield {
    title: `Memory of control before and after more than ${DATAGRAMS} datagrams of junk of ${SIZES.join(", ")} bytes`,
    wanted: "flat",
    rows: [
      {
        memory: "resident MB",
        before: megabytes(before.residentBytes),
        after: megabytes(after.residentBytes),
      },
      { memory: "datagrams heard", before: before.heard, after: after.heard },
      {
        memory: "heap after a collection, MB",
        before: megabytes(before.heapBytes),
        after: megabytes(after.heapBytes),
      },
    ],
  };
}

/** Sends as fast as this process can, with a rest after each burst. */
async function junk(port: number, count: number): Promise<void> {
  const socket = createSocket({ type: "udp4", lookup: (address, _options, done) => done(null, address, 4) });
  const datagrams = SIZES.map((size) => Buffer.alloc(size, "x"));
  for (let sent = 0; sent < count; sent++) {
    socket.send(datagrams[sent % datagrams.length] ?? "", port, "127.0.0.1");
    if (sent % BURST === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  socket.close();
}

/** What a flood of what no peer sends leaves behind in control. */
export const controlMemory: Bench = { name: "control-memory", run };
