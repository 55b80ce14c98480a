import { createSocket, type Socket } from "node:dgram";
import { type Endpoint, formatEndpoint } from "@netpunch/wire";
import { onAbort } from "../on-abort.js";
import { systemCode, TransportError } from "./transport-error.js";

/** chosen: longer than a round trip to the other side of the world; an ICMP answer comes in one or never. */
const ANSWER_MS = 1000;

/**
 * Asks, with one empty datagram from a socket of its own, whether the machine at an address says that nobody listens
 * there. Only a connected UDP socket hears that word (ICMP port unreachable; RFC 1122 section 4.1.3.3), and the socket of
 * a drill is not connected, as it has several partners.
 *
 * @returns the refusal as an error, or null: somebody may listen, or a firewall keeps silent.
 */
export function probePort(endpoint: Endpoint, signal?: AbortSignal): Promise<TransportError | null> {
  if (signal?.aborted) return Promise.resolve(null);
  const socket = createSocket(endpoint.address.includes(":") ? "udp6" : "udp4");
  let settled = false;
  return new Promise((resolve) => {
    const settle = (answer: TransportError | null) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      forget?.();
      socket.removeAllListeners();
      // What a closing socket still has to say concerns nobody.
      socket.on("error", () => {});
      socket.close();
      resolve(answer);
    };
    const silent = () => settle(null);
    const timer = setTimeout(silent, ANSWER_MS);
    const forget = signal && onAbort(signal, silent);
    socket.on("error", (cause) => {
      const refused = systemCode(cause) === "ECONNREFUSED";
      const message = `nobody listens on ${formatEndpoint(endpoint)}: its machine refuses the port`;
      settle(refused ? new TransportError("refused", message, { cause }) : null);
    });
    connect(socket, endpoint, (error) => {
      // A machine without a route cannot ask. It is no refusal, and the socket is of no use any more.
      if (error !== null || settled) return silent();
      socket.send(new Uint8Array(0));
    });
  });
}

/**
 * Connects a socket. Node calls the callback of `connect()` with an error too, which its types do not say, and throws for what
 * it refuses to try.
 */
function connect(socket: Socket, { address, port }: Endpoint, done: (error: Error | null) => void): void {
  try {
    socket.connect(port, address, (error?: unknown) => done(error instanceof Error ? error : null));
  } catch (error) {
    done(error instanceof Error ? error : new Error(String(error)));
  }
}
