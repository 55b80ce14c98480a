import { expect, test } from "vitest";
import { createInternet, natKinds } from "../src/index.js";
import { createEcho, createPinger } from "./toy-core.js";

const HOSTS = 2000;

test("two thousand hosts behind two thousand NATs reach one server through jitter and loss, in seconds", {
  timeout: 20_000,
}, () => {
  const net = createInternet({ seed: 1, link: { latencyMs: 25, jitterMs: 10, loss: 0.1 }, trace: "off" });
  const echo = net.host("server").run(createEcho(), { port: 7777 });
  const pingers = Array.from({ length: HOSTS }, (_, i) =>
    net
      .nat(`nat ${i}`, { ...natKinds[i % natKinds.length] })
      .host(`host ${i}`)
      .run(createPinger(echo.local), { startAtMs: i % 100 }),
  );
  expect(net.run()).toBe("idle");
  expect(pingers.filter(({ doneAt }) => doneAt !== null)).toHaveLength(HOSTS);
  const { sent, dropped, droppedBy, inFlight } = net.stats;
  const asked = pingers.reduce((sum, pinger) => sum + pinger.sent, 0);
  expect([sent, inFlight]).toEqual([asked + echo.sent, 0]);
  expect(droppedBy).toEqual({ lost: dropped });
  // A round trip survives with 0.9 * 0.9: so many tries it takes, give or take four standard deviations.
  expect(Math.abs(asked / HOSTS - 1 / 0.81)).toBeLessThan(0.05);
});

test("a hundred thousand datagrams among two thousand public hosts are all accounted for", { timeout: 20_000 }, () => {
  const net = createInternet({ seed: 1, link: { latencyMs: 25, jitterMs: 5, loss: 0.01 }, trace: "off" });
  let heard = 0;
  const sockets = Array.from({ length: HOSTS }, (_, i) =>
    net.host(`host ${i}`).socket({ port: 5000, onDatagram: () => heard++ }),
  );
  const targets = sockets.map(({ local }) => local);
  for (let round = 0; round < 50; round++) {
    net.at(round * 100, () => {
      for (const [i, socket] of sockets.entries())
        socket.send(targets[(i * 7 + round) % HOSTS] ?? socket.local, new Uint8Array(40));
    });
  }
  net.run();
  expect(heard).toBe(net.stats.delivered);
  expect(net.stats.delivered + (net.stats.droppedBy.lost ?? 0)).toBe(50 * HOSTS);
});
