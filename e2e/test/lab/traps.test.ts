import { describe, expect, inject, it } from "vitest";
import type { Machine } from "../../src/lab/lab.js";
import { labWithControl, type Outcome, outcomeOf, startControl, startPeer } from "../../src/lab/netpunch.js";
import { IN_LABS, lacking } from "../../src/lab/requirements.js";
import { PEER_PORT } from "../../src/lab/routers.js";
import type { Running } from "../../src/lab/running.js";
import { atHome, type Home, inContainer, leaseAnother } from "../../src/lab/traps.js";

const PROTOCOLS = ["v1", "v2"] as const;
const WAITING = { v1: /write: "a"/, v2: /waiting for slot b/ } as const;

/** The original needs 31 s at least, as it falls silent for 30. Starting a process takes the rest on a busy machine. */
const SOONER_THAN_THE_ORIGINAL_MS = 25_000;

function labWithHomes(make: typeof atHome) {
  const net = labWithControl(inject("everything"));
  return { ...net, a: make(net.lab, "a", 1), b: make(net.lab, "b", 2) };
}

/** Puts half the latency into each peer's way to the internet. */
async function setApart(homes: readonly Home[], latencyMs: number): Promise<void> {
  if (latencyMs === 0) return;
  await Promise.all(homes.map(({ router }) => router.lengthen({ delayMs: latencyMs / 2 })));
}

async function expectMeeting(pair: readonly Running[]): Promise<readonly Outcome[]> {
  const outcomes = await Promise.all(pair.map(outcomeOf));
  for (const outcome of outcomes) {
    expect(outcome).toMatchObject({ type: "result" });
    if (outcome.type === "result") expect(outcome.totalMs).toBeLessThan(SOONER_THAN_THE_ORIGINAL_MS);
  }
  return outcomes;
}

describe.skipIf(lacking("conntrack"))("a router that still maps a machine's former address", IN_LABS, () => {
  function start(protocol: string, machine: Machine, slot: string, ...flags: readonly string[]): Running {
    return startPeer(machine, slot, "-protocol", protocol, "-timeout", "60s", ...flags);
  }

  describe.each(PROTOCOLS)("by %s", (protocol) => {
    it("is left behind with the port", async () => {
      using net = labWithHomes(atHome);
      leaseAnother(net.a, 1, 2);
      await startControl(net.control);
      const a = start(protocol, net.a.machine, "a");
      await a.saw(WAITING[protocol]);
      const peers = [a, start(protocol, net.b.machine, "b")];
      await expectMeeting(peers);
      // Nobody knows whose router it is, so either may be the first to leave.
      expect(peers.map(({ stderr }) => stderr).join()).toMatch(/a router's old entry may be in the way: going on from/);
      for (const { stderr, stdout } of peers) {
        const last = [...stderr.matchAll(/going on from local port (\d+)/g)].at(-1)?.[1] ?? PEER_PORT;
        expect(JSON.parse(stdout)).toMatchObject({ local: { port: Number(last) } });
      }
    });
  });

  it("holds up a peer that must keep its port, and the advice names the cure", async () => {
    using net = labWithHomes(atHome);
    leaseAnother(net.a, 1, 2);
    await startControl(net.control);
    const flags = ["-same-port", "-timeout", "9s"];
    const peers = [start("v2", net.a.machine, "a", ...flags), start("v2", net.b.machine, "b", ...flags)];
    await Promise.all(peers.map(outcomeOf));
    for (const { stdout, stderr } of peers) {
      expect(stderr).toMatch(/-same-port forbids another port: silent for 31 s/);
      expect(stdout).not.toContain('"result"');
    }
  });
});

describe.skipIf(lacking("python3"))("hosts of containers that masquerade and filter nothing", IN_LABS, () => {
  describe.each(PROTOCOLS)("by %s", (protocol) => {
    function start(machine: Machine, slot: string): Running {
      return startPeer(machine, slot, "-protocol", protocol, "-timeout", "60s");
    }

    it.each([0, 1, 2])("%i ms apart let the peers through", async (latencyMs) => {
      using net = labWithHomes(inContainer);
      await setApart([net.a, net.b], latencyMs);
      await startControl(net.control);
      await expectMeeting([start(net.a.machine, "a"), start(net.b.machine, "b")]);
    });

    it("let a container through that is killed while it waits, and started again", async () => {
      using net = labWithHomes(inContainer);
      await startControl(net.control);
      const killed = start(net.a.machine, "a");
      await killed.saw(WAITING[protocol]);
      killed.kill("SIGKILL");
      await killed.ended;
      const b = start(net.b.machine, "b");
      await b.saw(/write: (ping|"x")|read: info.*state=present/);
      await expectMeeting([start(net.a.machine, "a"), b]);
    });

    it("let a peer through whose partner's router filters", async () => {
      using net = labWithControl(inject("everything"));
      const [a, b] = [inContainer(net.lab, "a", 1), atHome(net.lab, "b", 2)];
      await startControl(net.control);
      await expectMeeting([start(a.machine, "a"), start(b.machine, "b")]);
    });
  });
});
