import { describe, expect, inject, it } from "vitest";
import { labWithPeers, outcomeOf, startControl, startInSession } from "../../src/lab/netpunch.js";
import { IN_LABS, lacking } from "../../src/lab/requirements.js";
import { PEER_PORT } from "../../src/lab/routers.js";
import type { Running } from "../../src/lab/running.js";

const HOME_ROUTERS = { a: "port-restricted", b: "port-restricted" } as const;

/**
 * Takes the hole over: says ten times a second whether it has heard the partner's program (netpunch's own last words do not
 * count), and ends when that has heard it, or after 20 s.
 */
const TALK = `
  const [port, remotePort, remoteIp] = process.argv.slice(1);
  const socket = require("dgram").createSocket("udp4").bind(Number(port));
  let word = "hello";
  const end = () => {
    console.log(word === "hello" ? "heard nobody" : "heard the partner");
    process.exit();
  };
  setInterval(() => socket.send(word, Number(remotePort), remoteIp), 100);
  setTimeout(end, 20_000);
  socket.on("message", (bytes) => {
    const said = bytes.toString();
    if (said === "hello" || said === "heard you") word = "heard you";
    if (said === "heard you") setTimeout(end, 1000);
  });`;
const COMMAND = ["-command", "node", "-raw", "-e", "-raw", TALK];
const FIELDS = ["-fields", "{{.LocalPort}} {{.RemotePort}} {{.RemoteIP}}"];

/** How a side ended: what its program heard, or why it was not started. */
async function endOf(peer: Running): Promise<string> {
  await peer.ended;
  const heard = /heard .*/.exec(peer.stdout)?.[0];
  if (heard !== undefined) return heard;
  const outcome = await outcomeOf(peer);
  return outcome.type === "error" ? outcome.code : "no program";
}

describe.skipIf(lacking())("while a fifth of all datagrams is lost", IN_LABS, () => {
  it("ten pairs hand their holes over: both programs hear each other, or both sides are told", async () => {
    using net = labWithPeers(inject("everything"), HOME_ROUTERS);
    await startControl(net.control);
    net.lab.lose(20);
    const start = (machine: typeof net.a, index: number) => {
      const flags = ["-session", `pair ${index}`, "-local", `:${PEER_PORT + index}`, "-timeout", "60s"];
      return startInSession(machine, ...flags, ...COMMAND, ...FIELDS);
    };
    const pairs = Array.from({ length: 10 }, (_, index) => [start(net.a, index), start(net.b, index)] as const);
    const ends = await Promise.all(pairs.map(([a, b]) => Promise.all([endOf(a), endOf(b)])));
    for (const [a, b] of ends) expect([a, b], JSON.stringify(ends)).toEqual([b, a]);
    // Simulated: none of 10,000 pairs fails at 30 %.
    expect(ends.filter(([a]) => a === "heard the partner").length, JSON.stringify(ends)).toBeGreaterThanOrEqual(9);
  });
});
