import { describe, expect, inject, it } from "vitest";
import { labWithPeers, outcomeOf, startControl, startInSession, startPeer } from "../../src/lab/netpunch.js";
import { IN_LABS, lacking } from "../../src/lab/requirements.js";

const HOME_ROUTERS = { a: "port-restricted", b: "port-restricted" } as const;
const PATIENT = ["-timeout", "30s"];
const IN_VAIN = ["-timeout", "4s"];
const MET = { type: "result", protocol: "v2", path: "reflexive" };
const failed = (code: string) => ({ type: "error", code });

const OTHER = "np2_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/** Makes the control key of the lab's secret, as its owner does. */
async function controlKeyIn({ control }: ReturnType<typeof labWithPeers>): Promise<string> {
  const keygen = control.start(["netpunch", "keygen", "-control", "-secret-env", "NETPUNCH_SECRET"]);
  await keygen.ended;
  return keygen.stdout.trim();
}

describe.skipIf(lacking())("control with the control key alone", IN_LABS, () => {
  it("says that it speaks v2 only, and lets sessions and slots of v2 meet", async () => {
    using net = labWithPeers(inject("everything"), HOME_ROUTERS);
    const key = await controlKeyIn(net);
    expect(key).toMatch(/^np2c_/);
    const control = await startControl(net.control, "-secret", key, "-secret-env", "");
    await control.saw(/v2 only/);
    const inSession = [startInSession(net.a, ...PATIENT), startInSession(net.b, ...PATIENT)];
    expect(await Promise.all(inSession.map(outcomeOf))).toMatchObject([MET, MET]);
    const inSlots = [startPeer(net.a, "a", ...PATIENT), startPeer(net.b, "b", ...PATIENT)];
    expect(await Promise.all(inSlots.map(outcomeOf))).toMatchObject([MET, MET]);
  });

  it("is silent to v1, whose peers say so", async () => {
    using net = labWithPeers(inject("everything"), HOME_ROUTERS);
    await startControl(net.control, "-secret", await controlKeyIn(net), "-secret-env", "");
    const peers = [net.a, net.b].map((machine, index) =>
      startPeer(machine, index === 0 ? "a" : "b", "-protocol", "v1", ...IN_VAIN),
    );
    expect(await Promise.all(peers.map(outcomeOf))).toEqual([failed("control-silent"), failed("control-silent")]);
  });

  it("is a key that no peer can be with", async () => {
    using net = labWithPeers(inject("everything"), HOME_ROUTERS);
    const peer = startInSession(net.a, "-secret", await controlKeyIn(net), "-secret-env", "");
    expect(await outcomeOf(peer)).toEqual(failed("bad-arguments"));
    expect(peer.stdout).toMatch(/control key/);
  });
});

describe.skipIf(lacking())("secrets that differ", IN_LABS, () => {
  it("another secret than control's: it is silent", async () => {
    using net = labWithPeers(inject("everything"), HOME_ROUTERS);
    await startControl(net.control);
    const peer = startInSession(net.a, "-secret", OTHER, "-secret-env", "", ...IN_VAIN);
    expect(await outcomeOf(peer)).toEqual(failed("control-silent"));
  });

  it("a session's own secret: who has it meets, who has not waits in vain", async () => {
    using net = labWithPeers(inject("everything"), HOME_ROUTERS);
    await startControl(net.control);
    const own = ["-session-secret", OTHER];
    const peers = [startInSession(net.a, ...own, ...PATIENT), startInSession(net.b, ...own, ...PATIENT)];
    expect(await Promise.all(peers.map(outcomeOf))).toMatchObject([MET, MET]);
    const strangers = [startInSession(net.a, ...own, ...IN_VAIN), startInSession(net.b, ...IN_VAIN)];
    expect(await Promise.all(strangers.map(outcomeOf))).toEqual([failed("partner-absent"), failed("partner-absent")]);
  });
});
