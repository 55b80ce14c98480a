import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, inject, it } from "vitest";
import { labWithPeers, loggedAt, outcomeOf, startControl, startPeer } from "../../src/lab/netpunch.js";
import { IN_LABS, lacking } from "../../src/lab/requirements.js";

const HOME_ROUTERS = { a: "port-restricted", b: "port-restricted" } as const;

const PROTOCOLS = [
  { protocol: "v1", announce: /write: "b"/, heard: /read: "a"/ },
  { protocol: "v2", announce: /write: announce/, heard: /read: announce.*cookie=given/ },
] as const;

describe.skipIf(lacking()).each(PROTOCOLS)("behind two home routers, by $protocol", IN_LABS, (by) => {
  it.each([0.1, 2, 12, 29])(
    "a second peer that starts %d s after the first meets it within a second",
    // A third of that on a quiet machine; on one that is busy with other things, the processes themselves may have to wait.
    { retry: 2 },
    async (seconds) => {
      using net = labWithPeers(inject("everything"), HOME_ROUTERS);
      const control = await startControl(net.control);
      const first = startPeer(net.a, "a", "-protocol", by.protocol, "-timeout", "90s");
      await control.saw(by.heard);
      await sleep(seconds * 1000);
      const second = startPeer(net.b, "b", "-protocol", by.protocol, "-timeout", "30s");
      expect(await Promise.all([first, second].map(outcomeOf))).toMatchObject([
        { type: "result", protocol: by.protocol },
        { type: "result", protocol: by.protocol },
      ]);

      // From its first word to the moment that both have left their sockets to another program.
      const announcedAt = loggedAt(second, by.announce);
      const done = [first, second].map((peer) => loggedAt(peer, /close: ok/) - announcedAt);
      expect(Math.max(...done)).toBeLessThan(1000);
    },
  );
});
