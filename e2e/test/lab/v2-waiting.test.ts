import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, inject, it } from "vitest";
import type { Machine } from "../../src/lab/lab.js";
import {
  labWithControl,
  labWithPeers,
  loggedAt,
  type Outcome,
  outcomeOf,
  startControl,
  startInSession,
} from "../../src/lab/netpunch.js";
import { KINDS, publicAddress, routerAt } from "../../src/lab/places.js";
import { IN_LABS, lacking } from "../../src/lab/requirements.js";
import { reboot } from "../../src/lab/routers.js";
import type { Running } from "../../src/lab/running.js";

const HOME_ROUTERS = { a: "port-restricted", b: "port-restricted" } as const;
const MET = { type: "result", protocol: "v2" };

/** The longest time between two keepalives: 15 s and a fifth more. */
const KEEPALIVE_MS = 18_000;
/** chosen: a round trip in the lab takes a millisecond, and the processes of a busy machine many of them. */
const ROUND_TRIP_MS = 2000;

/** How long it takes until control knows a peer at another address, in milliseconds from now. */
async function backAt(peer: Running, address: string): Promise<number> {
  const changedAt = Date.now();
  await peer.saw(new RegExp(`control sees us at ${address.replaceAll(".", "\\.")}`));
  return Date.now() - changedAt;
}

/** A lab whose peer a is behind a home router at hand. */
function labWithRouter() {
  const around = labWithControl(inject("everything"));
  const router = routerAt(around.lab, "a", 1, "port-restricted");
  const a = router.attach("a", ["192.168.1.2"]);
  return { ...around, router, a, b: KINDS["port-restricted"].settle(around.lab, "b", 2) };
}

function start(machine: Machine): Running {
  return startInSession(machine, "-timeout", "60s");
}

/** Starts a peer, and waits until control has told it that its partner is not there. */
async function startWaiting(machine: Machine): Promise<Running> {
  const peer = start(machine);
  await peer.saw(/waiting for the partner/);
  return peer;
}

async function expectMeeting(...pair: readonly [Running, Running]): Promise<readonly Outcome[]> {
  const outcomes = await Promise.all(pair.map(outcomeOf));
  expect(outcomes).toMatchObject([MET, MET]);
  return outcomes;
}

/** From a peer's first word to its hole, in milliseconds. */
function meetingMs(peer: Running): number {
  return loggedAt(peer, /connected by v2/) - loggedAt(peer, /write: announce/);
}

describe.skipIf(lacking())("while a peer waits in a session", IN_LABS, () => {
  it("its machine moves to another network: it is back soon, and its partner meets it there", async () => {
    using net = labWithPeers(inject("everything"), HOME_ROUTERS);
    const cafe = routerAt(net.lab, "cafe", 3, "port-restricted");
    await startControl(net.control);
    const first = await startWaiting(net.a);
    net.a.moveTo(cafe, ["192.168.1.9"]);
    expect(await backAt(first, publicAddress(3))).toBeLessThan(5000 + ROUND_TRIP_MS);
    await expectMeeting(first, start(net.b));
  });

  it("its machine moves to where it has the same address: it is back within a keepalive and a round trip", async () => {
    using net = labWithPeers(inject("everything"), HOME_ROUTERS);
    const cafe = routerAt(net.lab, "cafe", 3, "port-restricted");
    await startControl(net.control);
    const first = await startWaiting(net.a);
    net.a.moveTo(cafe, ["192.168.1.2"]);
    expect(await backAt(first, publicAddress(3))).toBeLessThan(KEEPALIVE_MS + ROUND_TRIP_MS);
    await expectMeeting(first, start(net.b));
  });

  it("its machine gets another address in its LAN, and so another port of its NAT: its partner meets it there", async () => {
    using net = labWithRouter();
    await startControl(net.control);
    const first = await startWaiting(net.a);
    net.a.moveTo(net.router, ["192.168.1.9"]);
    // The NAT still keeps its port for the address that it had.
    expect(await backAt(first, `${publicAddress(1)}:(?!5000)`)).toBeLessThan(5000 + ROUND_TRIP_MS);
    await expectMeeting(first, start(net.b));
  });

  it("its machine, without any NAT, gets another address: its partner meets it there", async () => {
    using net = labWithPeers(inject("everything"), { a: "public", b: "port-restricted" });
    await startControl(net.control);
    const first = await startWaiting(net.a);
    net.a.moveTo(net.lab.internet, [publicAddress(3)]);
    expect(await backAt(first, publicAddress(3))).toBeLessThan(5000 + ROUND_TRIP_MS);
    await expectMeeting(first, start(net.b));
  });

  it("its NAT reboots and maps it elsewhere: it is back within a keepalive and a round trip, though its partner has come", async () => {
    using net = labWithRouter();
    await startControl(net.control);
    const first = await startWaiting(net.a);
    reboot(net.router, 6000);
    const rebootedAt = Date.now();
    const second = start(net.b);
    const [, outcome] = await expectMeeting(first, second);
    expect(outcome).toMatchObject({ remote: `${publicAddress(1)}:6000` });
    expect(loggedAt(second, /connected by v2/) - rebootedAt).toBeLessThan(KEEPALIVE_MS + ROUND_TRIP_MS);
  });

  it("its process sleeps while its NAT reboots and its partner comes: it wakes, and they meet", async () => {
    using net = labWithRouter();
    await startControl(net.control);
    const first = await startWaiting(net.a);
    first.kill("SIGSTOP");
    reboot(net.router, 6000);
    const second = start(net.b);
    // Longer than a keepalive, so that it knows by the clock that it has slept.
    await sleep(KEEPALIVE_MS + 1000);
    first.kill("SIGCONT");
    const wokeAt = Date.now();
    await expectMeeting(first, second);
    expect(loggedAt(second, /connected by v2/) - wokeAt).toBeLessThan(ROUND_TRIP_MS);
  });
});

describe.skipIf(lacking())("who is in a session", IN_LABS, () => {
  it("both wait for a control that is not there yet: they meet when it comes", async () => {
    using net = labWithPeers(inject("everything"), HOME_ROUTERS);
    const peers = [start(net.a), start(net.b)] as const;
    await Promise.all(peers.map((peer) => peer.saw(/(write: announce.*){4}/s)));
    await startControl(net.control);
    await expectMeeting(...peers);
  });

  it("a peer is killed and started again on its port: its partner meets the new run at once", async () => {
    using net = labWithPeers(inject("everything"), HOME_ROUTERS);
    await startControl(net.control);
    const killed = await startWaiting(net.a);
    killed.kill("SIGKILL");
    await killed.ended;
    const first = await startWaiting(net.a);
    const second = start(net.b);
    await expectMeeting(first, second);
    expect(meetingMs(second)).toBeLessThan(ROUND_TRIP_MS);
  });

  it("a peer is killed and another machine takes its place: it gets it when the old run has not answered", async () => {
    using net = labWithPeers(inject("everything"), HOME_ROUTERS);
    const c = KINDS["port-restricted"].settle(net.lab, "c", 3);
    await startControl(net.control);
    const killed = await startWaiting(net.a);
    killed.kill("SIGKILL");
    const peers = [start(net.b), start(c)] as const;
    await expectMeeting(...peers);
    // 20 probes in 4 s; whoever was told "full" asks again after 5 s.
    for (const peer of peers) expect(meetingMs(peer)).toBeLessThan(10_000 + ROUND_TRIP_MS);
  });

  it("a peer that is stopped says goodbye: another machine takes its place at once", async () => {
    using net = labWithPeers(inject("everything"), HOME_ROUTERS);
    const c = KINDS["port-restricted"].settle(net.lab, "c", 3);
    await startControl(net.control);
    const stopped = await startWaiting(net.a);
    stopped.kill("SIGTERM");
    await stopped.ended;
    const peers = [start(net.b), start(c)] as const;
    await expectMeeting(...peers);
    for (const peer of peers) expect(meetingMs(peer)).toBeLessThan(2 * ROUND_TRIP_MS);
  });

  it("a third machine is told that the session is full, and the two in it stay", async () => {
    // These two cannot meet, so that they stay in it.
    using net = labWithPeers(inject("everything"), { a: "port-restricted", b: "symmetric" });
    const c = KINDS["port-restricted"].settle(net.lab, "c", 3);
    const control = await startControl(net.control);
    const pair = [net.a, net.b].map((machine) => startInSession(machine, "-relay", "never", "-timeout", "60s"));
    await Promise.all(pair.map((peer) => peer.saw(/the partner in session "lab" is at/)));
    const third = startInSession(c, "-timeout", "12s");
    await third.saw(/the session is full/);
    expect(await outcomeOf(third)).toEqual({ type: "error", code: "session-full" });
    expect(control.stderr).not.toMatch(/partner=.* -> 203\.0\.113\.3:/);
  });
});
