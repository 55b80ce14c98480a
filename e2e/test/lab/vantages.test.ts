import { describe, expect, inject, it } from "vitest";
import { labWithControl, outcomeOf, startControl, startPeer } from "../../src/lab/netpunch.js";
import { KINDS } from "../../src/lab/places.js";
import { IN_LABS, lacking } from "../../src/lab/requirements.js";
import { VANTAGES, type VantageName } from "../../src/lab/vantages.js";

const NAMES = Object.keys(VANTAGES) as VantageName[];

/** v1 does not tell a peer where control sees it; with control on a peer's own machine behind a 1:1 NAT it meets in most tries only. */
const isSure = (name: VantageName, protocol: string) => protocol === "v2" || !/1:1/.test(name);
const CASES = NAMES.flatMap((name) => (["v1", "v2"] as const).map((protocol) => ({ name, protocol })));

describe.skipIf(lacking())("a partner behind a home router is met", IN_LABS, () => {
  it.each(CASES.filter(({ name, protocol }) => isSure(name, protocol)))(
    "by $protocol, where control is $name",
    async ({ name, protocol }) => {
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
    },
  );
});
