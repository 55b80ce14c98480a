import { createSocket } from "node:dgram";
import { once } from "node:events";
import { setImmediate } from "node:timers/promises";
import type { Core, Output } from "../../src/index.js";
import {
  adoptSocket,
  createLocalAddressWatch,
  createRescan,
  createResolver,
  drive,
  openListeners,
  openSocket,
} from "../../src/node/index.js";

/** What keeps a process alive, before and after each way that work with sockets can end. */
const never = new Promise<never>(() => {});

function waiting(outputs: readonly Output<string>[] = []): Core<string> {
  return {
    deadline: { at: performance.now() + 3_600_000, why: "an hour" },
    handle: (_now, input) => (input.type === "start" ? outputs : []),
  };
}

const ways: Record<string, () => Promise<void>> = {
  "close()": async () => {
    const bound = await openSocket(":0");
    const watches = { rescan: createRescan(":0"), localAddresses: createLocalAddressWatch(bound) };
    const driver = drive(waiting(), { sockets: [bound], ...watches });
    await setImmediate();
    await driver.close();
  },
  "close() before the start": async () => {
    const sockets = [await openSocket(":0"), await openSocket("127.0.0.1:0")] as const;
    await drive(waiting(), { sockets, localAddresses: createLocalAddressWatch(sockets[0]) }).close();
  },
  "stop(), and the owner closes": async () => {
    const socket = createSocket("udp4").bind(0, "127.0.0.1");
    await once(socket, "listening");
    const driver = drive(waiting(), { sockets: [adoptSocket(socket)], rescan: createRescan(":0") });
    await setImmediate();
    driver.stop();
    socket.close();
    await once(socket, "close");
  },
  "the owner closes without stop()": async () => {
    const socket = createSocket("udp4").bind(0, "127.0.0.1");
    await once(socket, "listening");
    const bound = adoptSocket(socket);
    const watches = { rescan: createRescan(":0"), localAddresses: createLocalAddressWatch(bound) };
    drive(waiting(), { sockets: [bound], ...watches });
    await setImmediate();
    socket.close();
    await once(socket, "close");
  },
  "close() during a lookup": async () => {
    const resolve = createResolver("vps.example:1", "dual", { lookup: () => never });
    const driver = drive(waiting([{ type: "resolve" }]), { sockets: [await openSocket(":0")], resolve });
    await setImmediate();
    await driver.close();
  },
  "close() during a rescan": async () => {
    const main = await openSocket(":0");
    await new Promise<void>((closed) => {
      const open = async () => {
        void driver.close().then(closed);
        await setImmediate();
        return [await openSocket("127.0.0.1:0")];
      };
      const driver = drive(waiting(), { sockets: [main], rescan: { everyMs: 1, open } });
    });
    await setImmediate();
    await setImmediate();
  },
  "an abort before binding": async () => {
    await refused(openSocket(":0", { signal: AbortSignal.abort() }));
    await refused(openListeners(":0", { signal: AbortSignal.abort() }));
  },
  "an abort while binding": async () => {
    for (const open of [openSocket, openListeners]) {
      for (const local of [":0", "127.0.0.1:0"]) {
        const controller = new AbortController();
        const opening = open(local, { signal: controller.signal });
        controller.abort();
        await refused(opening);
      }
    }
  },
  "an abort while the host is looked up": async () => {
    const controller = new AbortController();
    const opening = openSocket("host.example:0", { signal: controller.signal, lookup: () => never });
    await setImmediate();
    controller.abort();
    await refused(opening);
  },
  "a taken port": async () => {
    const holder = await openSocket(":0");
    await refused(openSocket(`:${holder.local.port}`));
    await refused(openListeners(`:${holder.local.port}`));
    await drive(waiting(), { sockets: [holder] }).close();
  },
  "an address of another machine": () => refused(openSocket("192.0.2.77:0")),
};

async function refused(opening: Promise<unknown>): Promise<void> {
  const outcome = await opening.catch((error: unknown) => error);
  if (!(outcome instanceof Error)) throw new Error("it opened");
}

/** What lives now, without the files that node's module loader is about to close. */
const alive = () => process.getActiveResourcesInfo().filter((resource) => !resource.endsWith("Req"));

const found: Record<string, { before: string[]; after: string[] }> = {};
for (const [name, way] of Object.entries(ways)) {
  const before = alive();
  await way();
  await setImmediate(); // a socket's handle goes in the phase after its close event
  found[name] = { before, after: alive() };
}
process.stdout.write(JSON.stringify(found));
