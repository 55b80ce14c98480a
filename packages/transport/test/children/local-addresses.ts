import { execFileSync } from "node:child_process";
import type { Core, Input, LocalAddress } from "../../src/index.js";
import { createLocalAddressWatch, drive, openSocket } from "../../src/node/index.js";

/** What sockets serve here; the first of them hears of an address that v0 gets, and of its leaving. */
const [sockets, heard] = [["127.0.0.1:0", "0.0.0.0:0", ":0"], [] as string[][]];

const written = (addresses: readonly LocalAddress[]) => addresses.map(({ address, link }) => `${address} ${link}`);

const served: Record<string, string[]> = {};
for (const local of sockets) {
  const bound = await openSocket(local);
  served[local] = written(createLocalAddressWatch(bound).look());
  bound.socket.close();
}

const bound = await openSocket(":0");
const steps = ["add", "del"].map((verb) => () => execFileSync("ip", ["addr", verb, "198.51.100.9/24", "dev", "v0"]));
const core: Core<string> = {
  deadline: null,
  handle: (_now, input: Input) => {
    if (input.type !== "addresses") return [];
    heard.push(written(input.addresses).filter((text) => text.startsWith("198.51.100.")));
    return [{ type: "event", event: "next" }];
  },
};
await new Promise<void>((resolve) => {
  const localAddresses = createLocalAddressWatch(bound, { everyMs: 10 });
  const onEvent = () => {
    const step = steps.shift();
    if (step === undefined) void driver.close().then(resolve);
    else step();
  };
  const driver = drive(core, { sockets: [bound], localAddresses, onEvent });
});
process.stdout.write(JSON.stringify({ served, heard }));
