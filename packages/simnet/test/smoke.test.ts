import { expect, test } from "vitest";
import { createInternet } from "../src/index.js";

test("a datagram crosses a NAT and its answer comes back", () => {
  const net = createInternet({ seed: 1, link: { latencyMs: 25 } });
  const server = net
    .host("server", { address: "198.51.100.1" })
    .socket({ port: 7777, onDatagram: ({ remote, bytes }) => server.send(remote, bytes) });
  const home = net.nat("home", { address: "203.0.113.1" });
  const client = home.host("client").socket({ port: 5000 });
  client.send(server.local, Uint8Array.of(1));
  expect(net.run()).toBe("idle");
  expect(client.received).toHaveLength(1);
  expect(net.now).toBe(50.5);
});
