// The floor: a node:dgram socket that sends every datagram back.
import { createSocket } from "node:dgram";
import { isIP } from "node:net";
import { serve } from "./serve.js";

const type = process.argv[2] === "udp4" ? "udp4" : "udp6";
const socket = createSocket({
  type,
  // As our driver does: without it, each send would wait for a look-up of its literal.
  lookup: (address, _options, done) => done(null, address, isIP(address)),
});
socket.on("message", (bytes, { address, port }) => socket.send(bytes, port, address));
socket.bind(0, type === "udp4" ? "127.0.0.1" : "::", () => serve(socket.address().port));
