import { drive, openSocket, probePort } from "../../src/node/index.js";

/**
 * Sends, probes and looks up on a machine that may have no route at all. Prints what was answered; an error that nobody caught
 * ends the program badly.
 */
const addresses = [
  "203.0.113.1",
  "2001:db8::1",
  "127.0.0.1",
  "255.255.255.255",
  "224.0.0.1",
  "fe80::1",
  "::ffff:203.0.113.1",
];
const probed = await Promise.all(
  addresses.flatMap((address) => [7777, 0].map(async (port) => (await probePort({ address, port }))?.code ?? null)),
);

const bound = await openSocket(":0");
const failed: string[] = [];
const driver = drive(
  { handle: () => [], deadline: null },
  { sockets: [bound], observers: [{ sendFailed: ({ address }) => failed.push(address) }] },
);
await Promise.resolve();
for (const address of addresses) driver.send({ socket: 0, remote: { address, port: 7777 }, bytes: new Uint8Array(1) });
await new Promise((resolve) => setTimeout(resolve, 100));
await driver.close();
process.stdout.write(
  JSON.stringify({ probed: probed.length, refused: [...new Set(probed)], failed: failed.toSorted() }),
);
