import { execFileSync } from "node:child_process";
import { createRescan, openListeners, openSocket } from "../../src/node/index.js";
import { ask } from "./asker.js";
import { echoDatagrams } from "./echo.js";

/** A server on a machine whose interface v0 has several addresses: asks each of them from each other one. */
const ADDRESSES = ["198.51.100.1", "198.51.100.2", "2001:db8::1", "2001:db8::2"];

const sameFamily = (a: string) => (b: string) => a !== b && a.includes(":") === b.includes(":");

async function askEachOther(port: number): Promise<string[]> {
  const wrong = [];
  for (const asked of ADDRESSES) {
    for (const from of ADDRESSES.filter(sameFamily(asked))) {
      const answered = await ask(from, asked, port);
      if (answered !== asked) wrong.push(`${from} asked ${asked} and heard from ${answered}`);
    }
  }
  return wrong;
}

/** Where one of the addresses is taken, no other may stay open: each must be free afterwards. */
async function tryTaken(): Promise<unknown> {
  const holder = await openSocket("198.51.100.2:0");
  const { port } = holder.local;
  const failure = await openListeners(`:${port}`).catch((error: Error) => error);
  holder.socket.close();
  const all = await openListeners(`:${port}`);
  const opened = all.length;
  await echoDatagrams(all).close();
  return { refused: failure instanceof Error && failure.message.replace(String(port), "PORT"), opened };
}

const ip = (...words: string[]) => execFileSync("ip", words);

const taken = await tryTaken();
const listeners = await openListeners(":0");
const server = echoDatagrams(listeners, { rescan: createRescan(":0", { everyMs: 20 }) });
const port = listeners[0]?.local.port ?? 0;
const wrong = await askEachOther(port);
const loopback = [await ask("127.0.0.1", "127.0.0.1", port), await ask("::1", "::1", port)];

ip("addr", "add", "198.51.100.3/24", "dev", "v0");
const newcomer = await ask("198.51.100.1", "198.51.100.3", port);
ip("addr", "del", "198.51.100.3/24", "dev", "v0");
ip("addr", "add", "198.51.100.3/24", "dev", "v0");
const returned = await ask("198.51.100.1", "198.51.100.3", port);
const later = server.sockets.slice(listeners.length).map(({ local }) => local.address);
await server.close();

// The same questions to one socket on every address: what all this is for.
const wildcard = await openSocket(":0");
const single = echoDatagrams([wildcard]);
const wrongOfOne = await askEachOther(wildcard.local.port);
await single.close();

const ports = [...new Set(listeners.map(({ local }) => local.port))].length;
const addresses = listeners.map(({ local }) => local.address);
const asked = { wrong, loopback, newcomer, returned, later, wrongOfOne };
process.stdout.write(JSON.stringify({ addresses, ports, taken, ...asked }));
