import { describe, expect, inject, it } from "vitest";
import { labWithControl, outcomeOf, startControl, startPeer } from "../../src/lab/netpunch.js";
import { KINDS } from "../../src/lab/places.js";
import { IN_LABS, lacking } from "../../src/lab/requirements.js";
import { VANTAGES, type VantageName } from "../../src/lab/vantages.js";

const NAMES = Object.keys(VANTAGES) as VantageName[];

describe.skipIf(lacking()).each(NAMES)("control is %s", IN_LABS, (name) => {
  it.each(["v1", "v2"] as const)("and its other peer is behind a home router: they meet by %s", async (protocol) => {
    using net = labWithControl(inject("everything"));
    const { control, inside, remotes } = VANTAGES[name](net.lab);
    const outside = KINDS["port-restricted"].settle(net.lab, "b", 2);
    await startControl(control);
    const flags = ["-protocol", protocol, "-timeout", "20s"];
    const peers = [
      startPeer(inside, "a", ...flags, "-remote", remotes.inside),
      startPeer(outside, "b", ...flags, "-remote", remotes.outside),
    ];
    const [a, b] = await Promise.all(peers.map(outcomeOf));
    expect(a).toMatchObject({ type: "result", remote: "203.0.113.2:5000" });
    expect(b).toMatchObject({ type: "result", remote: "203.0.113.1:5000" });
  });
});
