import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, inject, it } from "vitest";
import { labWithControl, labWithPeers, loggedAt, outcomeOf, startControl, startPeer } from "../../src/lab/netpunch.js";
import { KINDS } from "../../src/lab/places.js";
import { IN_LABS, lacking } from "../../src/lab/requirements.js";
import type { Running } from "../../src/lab/running.js";

const HOME_ROUTERS = { a: "port-restricted", b: "port-restricted" } as const;

/** What the logs show when it has come so far. */
const PROTOCOLS = [
  {
    protocol: "v1",
    heard: /read: "a"/,
    asking: /write: "[ab]"/,
    waiting: /hint: /,
    drilling: /write: "x"/,
    vain: /control says that slot a is at .*, but nothing came from there/,
  },
  {
    protocol: "v2",
    heard: /read: announce.*cookie=given/,
    asking: /write: announce/,
    waiting: /waiting for slot b/,
    drilling: /write: ping/,
    vain: /slot a was there for \d+\.\d s, but nothing came from .*; it has left since/,
  },
] as const;

const times = (count: number, pattern: RegExp) => new RegExp(`(${pattern.source}.*){${count}}`, "s");

describe.skipIf(lacking()).each(PROTOCOLS)("behind two home routers, by $protocol", IN_LABS, (by) => {
  const PATIENT = ["-protocol", by.protocol, "-timeout", "60s"];
  const MET = { type: "result", protocol: by.protocol };

  /** Starts control and one of the two peers; control has heard it when this is done. */
  async function startFirst(net: ReturnType<typeof labWithPeers>) {
    const control = await startControl(net.control);
    const first = startPeer(net.a, "a", ...PATIENT);
    await control.saw(by.heard);
    return { control, first };
  }

  async function expectMeeting(...pair: readonly [Running, Running]): Promise<void> {
    expect(await Promise.all(pair.map(outcomeOf))).toMatchObject([MET, MET]);
  }

  it("peers meet while 30 % of all datagrams are lost", async () => {
    using net = labWithControl(inject("everything"));
    await startControl(net.control);
    net.lab.lose(30);
    const peers = [..."abcdefghijkl"].map((slot, index) => {
      const machine = KINDS["port-restricted"].settle(net.lab, slot, index + 1);
      return startPeer(machine, slot, ...PATIENT);
    });
    const outcomes = await Promise.all(peers.map(outcomeOf));
    // v1 leaves one side of a thousand pairs behind: that this happens to two of six is no accident.
    expect(outcomes.filter(({ type }) => type === "error").length, JSON.stringify(outcomes)).toBeLessThanOrEqual(1);
  });

  it("there is no way between them: the side that ends last does not say that the other one never came", async () => {
    using net = labWithPeers(inject("everything"), { a: "symmetric", b: "symmetric" });
    await startControl(net.control, "-relay", "off");
    const first = startPeer(net.a, "a", "-protocol", by.protocol, "-timeout", "6s");
    const last = startPeer(net.b, "b", "-protocol", by.protocol, "-timeout", "12s");
    expect(await outcomeOf(first)).toMatchObject({ type: "error", code: "partner-unheard" });
    expect(await outcomeOf(last)).toMatchObject({ type: "error", code: "partner-unheard" });
    expect(last.stdout).toMatch(by.vain);
  });

  it("control is killed and started again while a peer waits: it meets its partner all the same", async () => {
    using net = labWithPeers(inject("everything"), HOME_ROUTERS);
    const { control, first } = await startFirst(net);
    control.kill("SIGKILL");
    await control.ended;
    await startControl(net.control);
    await expectMeeting(first, startPeer(net.b, "b", ...PATIENT));
  });

  it("control is killed before the second peer starts, and is back later: they meet then", async () => {
    using net = labWithPeers(inject("everything"), HOME_ROUTERS);
    const { control, first } = await startFirst(net);
    control.kill("SIGKILL");
    await control.ended;
    const second = startPeer(net.b, "b", ...PATIENT);
    await second.saw(times(8, by.asking));
    await startControl(net.control);
    await expectMeeting(first, second);
  });

  it("a waiting peer's cable is pulled for a while: it meets its partner all the same", async () => {
    using net = labWithPeers(inject("everything"), HOME_ROUTERS);
    const { first } = await startFirst(net);
    net.a.unplug();
    await sleep(3000);
    net.a.plugIn();
    await expectMeeting(first, startPeer(net.b, "b", ...PATIENT));
  });

  it("a waiting peer's cable is pulled when its partner comes, and put back: they meet then", async () => {
    using net = labWithPeers(inject("everything"), HOME_ROUTERS);
    const { first } = await startFirst(net);
    net.a.unplug();
    const second = startPeer(net.b, "b", ...PATIENT);
    // Control has told it where the first one was; it drills in vain.
    await second.saw(times(11, by.drilling));
    net.a.plugIn();
    await expectMeeting(first, second);
  });

  it("a waiting peer's interface is down for a while, and sending fails: it meets its partner all the same", async () => {
    using net = labWithPeers(inject("everything"), HOME_ROUTERS);
    const { first } = await startFirst(net);
    net.a.ifDown();
    await first.saw(/ENETUNREACH|unreachable/i);
    net.a.ifUp();
    await expectMeeting(first, startPeer(net.b, "b", ...PATIENT));
  });

  it("the same for longer, right after its first contact, while it still asks often", async () => {
    using net = labWithPeers(inject("everything"), HOME_ROUTERS);
    const { first } = await startFirst(net);
    net.a.ifDown();
    await sleep(5000);
    net.a.ifUp();
    await expectMeeting(first, startPeer(net.b, "b", ...PATIENT));
  });
});

describe.skipIf(lacking()).each(PROTOCOLS)("SIGTERM ends a peer of $protocol and leaves no socket", IN_LABS, (by) => {
  const protocol = ["-protocol", by.protocol];

  it.each([
    ["while it asks control for the first time", by.asking, "alone"],
    ["while it waits for its partner", by.waiting, "alone"],
    ["in its drill", by.drilling, "not alone"],
    ["after a drill in vain", times(12, by.drilling), "not alone"],
  ] as const)("%s", async (_stage, reached, company) => {
    using net = labWithPeers(inject("everything"), { a: "port-restricted", b: "symmetric" });
    await startControl(net.control);
    const peer = startPeer(net.a, "a", ...protocol);
    if (company === "not alone") startPeer(net.b, "b", ...protocol);
    await peer.saw(reached);
    peer.kill("SIGTERM");
    expect(await outcomeOf(peer)).toEqual({ type: "error", code: "stopped" });
    expect(loggedAt(peer, /close: ok/) - loggedAt(peer, /Shutting down/)).toBeLessThan(500);
    expect(net.a.run("ss", "-Huan")).toBe("");
  });

  it("through -retry and the command that it runs", async () => {
    using net = labWithPeers(inject("everything"), HOME_ROUTERS);
    await startControl(net.control);
    const command = [...protocol, "-retry", "-command", "sleep", "-raw", "1000"];
    const peers = [startPeer(net.a, "a", ...command), startPeer(net.b, "b", ...command)];
    for (const peer of peers) {
      await peer.saw(/"type":"result"/);
      await peer.saw(/close: ok/);
    }
    const [a] = peers;
    a?.kill("SIGTERM");
    expect(await a?.ended).toEqual({ code: null, signal: "SIGTERM" });
    expect(net.a.run("ss", "-Huan")).toBe("");
  });
});
