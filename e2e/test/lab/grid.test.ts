import { canMeet, meet } from "@netpunch/scenario";
import { natPresets } from "@netpunch/simnet";
import { describe, expect, inject, it } from "vitest";
import { labWithControl, labWithPeers, outcomeOf, startControl, startPeer } from "../../src/lab/netpunch.js";
import { behindFirewall, KINDS, type KindName, publicAddress } from "../../src/lab/places.js";
import { IN_LABS, lacking } from "../../src/lab/requirements.js";
import { behindOneNat, SECOND_PORT, SHARED_ADDRESS } from "../../src/lab/together.js";

const kinds = Object.keys(KINDS) as KindName[];
const pairs = kinds.flatMap((a, index) => kinds.slice(index).map((b) => [a, b] as const));

/** Whether v1 gets through between two kinds, by its rules and in simnet; a test that they agree comes for free. */
function meetInTheory(a: KindName, b: KindName): boolean {
  const simulated = meet({ seed: 1, a: KINDS[a].twin, b: KINDS[b].twin, limitMs: 20_000 });
  expect(simulated.tookMs !== null).toBe(canMeet(KINDS[a].facts, KINDS[b].facts));
  return simulated.tookMs !== null;
}

/** chosen: pairs that can meet do so in a quarter of a second; in five, those that cannot have tried everything. */
const IN_VAIN = ["-protocol", "v1", "-timeout", "5s"];
const PATIENT = ["-protocol", "v1", "-timeout", "30s"];
const UNHEARD = { type: "error", code: "partner-unheard" };

const hole = (address: string) => ({ type: "result", remote: expect.stringContaining(`${address}:`) });

describe.skipIf(lacking())("two peers of protocol v1 behind real NATs", IN_LABS, () => {
  const possible = pairs.filter(([a, b]) => meetInTheory(a, b));
  it.each(possible)("%s and %s: they meet, as in simnet", async (a, b) => {
    using net = labWithPeers(inject("everything"), { a, b });
    const control = await startControl(net.control);
    const peers = [startPeer(net.a, "a", ...PATIENT), startPeer(net.b, "b", ...PATIENT)];
    expect(await Promise.all(peers.map(outcomeOf))).toMatchObject([hole(publicAddress(2)), hole(publicAddress(1))]);
    control.kill("SIGTERM");
    expect(await control.ended, control.stderr).toMatchObject({ code: 0 });
  });

  const impossible = pairs.filter(([a, b]) => !meetInTheory(a, b));
  it.each(impossible)("%s and %s: they cannot meet, as in simnet, and say so", async (a, b) => {
    using net = labWithPeers(inject("everything"), { a, b });
    await startControl(net.control);
    const peers = [startPeer(net.a, "a", ...IN_VAIN), startPeer(net.b, "b", ...IN_VAIN)];
    expect(await Promise.all(peers.map(outcomeOf))).toEqual([UNHEARD, UNHEARD]);
  });

  it.each(["on", "off"] as const)("two hosts behind one NAT, hairpinning %s: as in simnet", async (hairpin) => {
    const shared = { ...(hairpin === "on" ? natPresets.fullCone : natPresets.linux), hairpin };
    const twin = meet({ seed: 1, shared, a: { place: "shared" }, b: { place: "shared" }, limitMs: 20_000 });
    expect(twin.tookMs !== null).toBe(hairpin === "on");

    using net = labWithControl(inject("everything"));
    await startControl(net.control);
    const [a, b] = behindOneNat(net.lab, { hairpin, clientIsolation: "off" });
    const local = ["-local", `:${SECOND_PORT}`];
    const peers = [startPeer(a, "a", ...IN_VAIN), startPeer(b, "b", ...local, ...IN_VAIN)];
    const outcomes = hairpin === "on" ? [hole(SHARED_ADDRESS), hole(SHARED_ADDRESS)] : [UNHEARD, UNHEARD];
    expect(await Promise.all(peers.map(outcomeOf))).toMatchObject(outcomes);
  });

  it("two firewalls, by IPv6: they meet, as in simnet", async () => {
    const twin = meet({ seed: 1, ip: "ipv6", a: { place: "firewall" }, b: { place: "firewall" } });
    expect(twin.tookMs).not.toBeNull();

    using net = labWithControl(inject("everything"));
    const server = net.lab.internet.attach("control-ipv6", ["2001:db8:1::1"]);
    await startControl(server);
    const a = behindFirewall(net.lab, "a", ["2001:db8:a::1"], ["2001:db8:a::2"]);
    const b = behindFirewall(net.lab, "b", ["2001:db8:b::1"], ["2001:db8:b::2"]);
    const flags = ["-remote", "[2001:db8:1::1]:7777", ...PATIENT];
    const peers = [startPeer(a, "a", ...flags), startPeer(b, "b", ...flags)];
    expect(await Promise.all(peers.map(outcomeOf))).toMatchObject([hole("[2001:db8:b::2]"), hole("[2001:db8:a::2]")]);
  });
});
