// Reliable, ordered streams through a hole, by a library that wants a socket of node:dgram (werift-sctp):
//   NETPUNCH_SECRET=... npx tsx sctp.ts vps.example:7777 home server       and client on the other machine.
// SCTP neither encrypts nor knows who speaks: run DTLS or your own encryption with it where that matters.
import { punch } from "@netpunch/peer";
import { createUdpTransport, SCTP, WEBRTC_PPID } from "werift-sctp";

const [control = "", session = "", role = ""] = process.argv.slice(2);
const secret = process.env["NETPUNCH_SECRET"] ?? "";

const hole = await punch({ control, session, secret });
// The socket is a dgram.Socket, and the partner's datagrams come from hole.remote as the socket tells it.
const transport = createUdpTransport(hole.socket, hole.remote);
const sctp = role === "server" ? SCTP.server(transport) : SCTP.client(transport);

const received = new Promise<string>((resolve) => {
  sctp.onReceive.subscribe((_stream, _protocol, data) => resolve(`${data.length} bytes`));
});
const connected = sctp.stateChanged.connected.asPromise();
await sctp.start(5000);
await connected;

// Far more than one datagram holds.
await sctp.send(0, WEBRTC_PPID.BINARY, Buffer.alloc(100_000, role));
console.log(`the partner sent ${await received}`);

// Both have said all. What is on its way to the partner may still need to be sent again.
await new Promise((resolve) => setTimeout(resolve, 500));
await sctp.stop();
await hole.release();
process.exit();
