import type { Core, Input } from "../../src/index.js";
import { createLocalAddressWatch, drive, openSocket } from "../../src/node/index.js";

/** What a core hears before it hears the server's addresses: those of its own that lead to it, and how many there are. */
const [server = ""] = process.argv.slice(2);
const bound = await openSocket("0.0.0.0:0");
const heard: unknown[] = [];
const core: Core<string> = {
  deadline: null,
  handle: (_now, input: Input) => {
    if (input.type === "start") return [{ type: "resolve" }];
    if (input.type === "resolved") return [{ type: "event", event: "resolved" }];
    if (input.type !== "addresses") return [];
    const leading = input.addresses.filter(({ leadsTo }) => leadsTo === "server").map(({ address }) => address);
    const bridges = input.addresses.filter(({ link }) => link === "bridge").length;
    heard.push({ leading, bridges });
    return [];
  },
};
await new Promise<void>((resolve) => {
  const driver = drive(core, {
    sockets: [bound],
    localAddresses: createLocalAddressWatch(bound),
    resolve: async () => [{ address: server, port: 7777 }],
    onEvent: () => void driver.close().then(resolve),
  });
});
process.stdout.write(JSON.stringify(heard));
