import { openSocket } from "../../src/node/index.js";
import { ask } from "./asker.js";
import { echoDatagrams } from "./echo.js";

/** A dual-stack echo asked over an IPv6 link-local address, whose zone it needs to answer. */
const bound = await openSocket(":0");
const remotes: string[] = [];
const echo = echoDatagrams([bound], {
  observers: [{ datagram: (way, { remote }) => remotes.push(`${way} ${remote.address}`) }],
});
const answeredFrom = await ask("fe80::1%v0", "fe80::1%v0", bound.local.port);
await echo.close();
const own = await openSocket("[FE80::1%v0]:0");
const local = own.local.address;
own.socket.close();
process.stdout.write(JSON.stringify({ answeredFrom, remotes: [...new Set(remotes)], local }));
