import { describe, expect, inject, it } from "vitest";
import {
  labWithPeers,
  outcomeOf,
  startControl,
  startOriginalControl,
  startOriginalPeer,
  startPeer,
} from "../../src/lab/netpunch.js";
import { publicAddress } from "../../src/lab/places.js";
import { IN_LABS, lacking } from "../../src/lab/requirements.js";
import { PEER_PORT } from "../../src/lab/routers.js";
import type { Running } from "../../src/lab/running.js";

const HOME_ROUTERS = { a: "port-restricted", b: "port-restricted" } as const;
const PATIENT = ["-timeout", "60s"];
const CONTROLS = { ours: startControl, "the original's": startOriginalControl } as const;

const endpointOf = (site: number) => `${publicAddress(site)}:${PEER_PORT}`;

/** It met its partner by v1, and said so: on standard error for a person, in its result for a program. */
async function expectDowngrade(peer: Running, remote: string): Promise<void> {
  expect(await outcomeOf(peer)).toMatchObject({ type: "result", protocol: "v1", remote });
  expect(JSON.parse(peer.stdout)).toMatchObject({ downgraded: expect.any(String) });
  expect(peer.stderr).toMatch(/Warning: the hole to slot [ab] was made with protocol v1/);
}

describe.skipIf(lacking())("a peer in a slot, behind a home router", IN_LABS, () => {
  it.each([
    ["ours", "the original"],
    ["ours", "ours"],
    ["the original's", "the original"],
    ["the original's", "ours"],
  ] as const)("control is %s, %s waits: it meets the original by v1, and says that it did", async (whose, first) => {
    using net = labWithPeers(inject("everything"), HOME_ROUTERS);
    await CONTROLS[whose](net.control);
    const start = {
      "the original": () => startOriginalPeer(net.a, "a"),
      ours: () => startPeer(net.b, "b", ...PATIENT),
    };
    const waiting = start[first]();
    await waiting.saw(first === "ours" ? /waiting for slot a|write: "b"/ : /mode sleeping/);
    const late = start[first === "ours" ? "the original" : "ours"]();
    const [original, ours] = first === "ours" ? [late, waiting] : [waiting, late];
    const [, hole] = await original.saw(/connected (.*)/);
    // While the original sleeps, ours may go on from another port.
    expect(hole?.split(":")[0]).toBe(publicAddress(2));
    await expectDowngrade(ours, endpointOf(1));
  });

  it("meets another one of ours by v1 with the original's control, and both say so", async () => {
    using net = labWithPeers(inject("everything"), HOME_ROUTERS);
    await startOriginalControl(net.control);
    const [a, b] = [startPeer(net.a, "a", ...PATIENT), startPeer(net.b, "b", ...PATIENT)];
    await Promise.all([expectDowngrade(a, endpointOf(2)), expectDowngrade(b, endpointOf(1))]);
  });

  it("meets another one of ours by v2 with our control, and there is nothing to say", async () => {
    using net = labWithPeers(inject("everything"), HOME_ROUTERS);
    await startControl(net.control);
    const peers = [startPeer(net.a, "a", ...PATIENT), startPeer(net.b, "b", ...PATIENT)];
    const met = { type: "result", protocol: "v2", path: "reflexive" };
    expect(await Promise.all(peers.map(outcomeOf))).toMatchObject([met, met]);
    for (const peer of peers) expect(peer.stderr).not.toMatch(/Warning/);
  });

  it("that speaks v2 alone never falls back to v1 for the original, and is told why there is no hole", async () => {
    using net = labWithPeers(inject("everything"), HOME_ROUTERS);
    await startControl(net.control);
    startOriginalPeer(net.a, "a");
    const peer = startPeer(net.b, "b", "-protocol", "v2", "-timeout", "5s");
    expect(await outcomeOf(peer)).toEqual({ type: "error", code: "partner-v1" });
    expect(peer.stderr).not.toMatch(/write: "/);
  });
});
