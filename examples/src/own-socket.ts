// A socket of your own: punch a hole with it, then go on using it as if netpunch had never been there.
//   NETPUNCH_SECRET=... npx tsx own-socket.ts vps.example:7777 a       and slot b on the other machine.
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { punch } from "@netpunch/peer";

const [control = "", slot = ""] = process.argv.slice(2);
const secret = process.env["NETPUNCH_SECRET"] ?? "";

const socket = createSocket("udp4");
// Sees the partner's datagrams and none of netpunch's.
const first = once(socket, "message");
socket.bind();
await once(socket, "listening");

const { remote, release } = await punch({ control, slot, secret, socket });
socket.send(`hello from ${slot}`, remote.port, remote.address);
const [bytes] = await first;
console.log(String(bytes));

// Gives the socket back, still open, once the partner needs nothing more of netpunch.
await release();
socket.close();
