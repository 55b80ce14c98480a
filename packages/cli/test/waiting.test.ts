import type { PeerEvent } from "@netpunch/peer";
import { describe, expect, it } from "vitest";
import type { Meeting } from "../src/command-line/meeting.js";
import { Backoff } from "../src/commands/peer/backoff.js";
import { FirstContact } from "../src/commands/peer/first-contact.js";
import { Waiting } from "../src/commands/peer/waiting.js";
import type { Failure } from "../src/process/failure.js";

const control = { address: "198.51.100.1", port: 7777 };
const partner = { address: "203.0.113.2", port: 5000 };

const SLOT: Meeting = { type: "slot", slot: "a", protocol: "auto" };
const SESSION: Meeting = { type: "session", name: "home", secret: null };

function waitingFor(...events: readonly PeerEvent[]) {
  const clock = { now: 1000 };
  const waiting = new Waiting({ meeting: SLOT, remote: "vps.example:7777", now: () => clock.now });
  waiting.event({ type: "phase", phase: "discovering", signal: null, target: null });
  for (const event of events) waiting.event(event);
  return { waiting, clock };
}

describe("who waits is told", () => {
  it("that control's name is looked up", () => {
    expect(waitingFor().waiting.text()).toBe("looking up vps.example:7777");
  });

  it("that control has not answered, and after a while why that may be", () => {
    const { waiting, clock } = waitingFor({ type: "control", endpoint: control });
    expect(waiting.text()).toBe("control has not answered yet, 0 s");
    clock.now += 12_345;
    expect(waiting.text()).toBe(
      "waiting for slot b, 12 s: slot b is not started, control is down or unreachable, or a secret differs",
    );
    expect(waiting.hint()).toBe(
      "hint: control 198.51.100.1:7777 has not answered yet: slot b is not started, control is down or unreachable, or a secret differs",
    );
  });

  it("that datagrams come with another secret", () => {
    const { waiting } = waitingFor(
      { type: "control", endpoint: control },
      { type: "dropped", reason: "bad-signature", remote: control },
    );
    expect(waiting.hint()).toContain("1 datagrams came with another secret; ");
  });

  it("that control cannot be reached, as long as that is so", () => {
    const { waiting, clock } = waitingFor({ type: "control", endpoint: control });
    clock.now += 10_000;
    waiting.sendFailed(control, new Error("send ENETUNREACH"));
    expect(waiting.text()).toBe("waiting for slot b, 10 s: cannot reach control (send ENETUNREACH)");
    clock.now += 5000;
    expect(waiting.text()).not.toContain("ENETUNREACH");
    waiting.sendFailed(control, Object.assign(new Error("port refused"), { code: "refused" }));
    clock.now += 29_000;
    expect(waiting.text()).toContain("cannot reach control (port refused)");
  });

  it("that control can be reached, where only the partner cannot, or where it has answered since", () => {
    const { waiting, clock } = waitingFor({ type: "control", endpoint: control });
    clock.now += 10_000;
    waiting.sendFailed(partner, new Error("send ENETUNREACH"));
    expect(waiting.text()).not.toContain("cannot reach");
    waiting.sendFailed(control, new Error("send ENETUNREACH"));
    expect(waiting.text()).toContain("cannot reach control");
    waiting.datagram("in", { socket: 0, remote: control, bytes: new Uint8Array() });
    expect(waiting.text()).not.toContain("cannot reach");
  });

  it("that control answers from elsewhere, and not that it is silent", () => {
    const stray = { address: "192.168.0.10", port: 7777 };
    const { waiting, clock } = waitingFor(
      { type: "control", endpoint: control },
      { type: "dropped", reason: "not-from-control", remote: stray },
    );
    clock.now += 12_000;
    expect(waiting.text()).toBe("waiting for slot b, 12 s: control answers from another address, 192.168.0.10:7777");
    expect(waiting.hint()).toBe("hint: control answers from another address, 192.168.0.10:7777");
  });

  it("that the drill is silent for a while, and no longer than it is", () => {
    const { waiting, clock } = waitingFor(
      { type: "control", endpoint: control },
      { type: "introduced", endpoint: partner },
      { type: "phase", phase: "pinging", signal: "introduced", target: partner },
      { type: "wayOut", way: "silence", ms: 35_000 },
    );
    clock.now += 5000;
    expect(waiting.text()).toBe("silent for 30 s, so that routers forget the last try");
    clock.now += 30_000;
    expect(waiting.text()).toContain("drilling 203.0.113.2:5000");
  });

  it("where the drill goes, since when, and what is missing", () => {
    const { waiting, clock } = waitingFor(
      { type: "control", endpoint: control },
      { type: "introduced", endpoint: partner },
      { type: "phase", phase: "pinging", signal: null, target: partner },
    );
    clock.now += 2000;
    waiting.event({ type: "phase", phase: "knocking", signal: null, target: partner });
    clock.now += 1000;
    expect(waiting.text()).toBe("drilling 203.0.113.2:5000, 3 s: nothing heard from there yet");
    waiting.event({ type: "heard", endpoint: partner });
    expect(waiting.text()).toBe("drilling 203.0.113.2:5000, 3 s: heard it, waiting to be heard");
    waiting.event({ type: "connected", endpoint: partner, by: "pong" });
    expect(waiting.text()).toBe("connected to 203.0.113.2:5000");
    expect(waiting.hint()).toBeNull();
  });
});

describe("who waits in a session of v2 is told", () => {
  function inSession(meeting: Meeting, ...events: readonly PeerEvent[]) {
    const clock = { now: 1000 };
    const waiting = new Waiting({ meeting, remote: "vps.example:7777", preparing: "deriving", now: () => clock.now });
    const hear = () => waiting.datagram("in", { socket: 0, remote: control, bytes: new Uint8Array() });
    for (const event of events) waiting.event(event);
    hear();
    return { waiting, clock, hear };
  }
  const announcing: PeerEvent = { type: "phase", phase: "announcing", signal: null, target: null };
  const named: PeerEvent = { type: "control", endpoint: control };
  const state = (state: "waiting" | "present" | "full" | "v1"): PeerEvent => ({ type: "session", state });

  it("what is done before anything goes out", () => {
    expect(inSession(SESSION).waiting.text()).toBe("deriving");
  });

  it("that control does not answer, which the partner has no part in", () => {
    const { waiting, clock } = inSession(SESSION, announcing, named);
    clock.now += 12_000;
    expect(waiting.text()).toBe(
      'waiting for the partner in session "home", 12 s: control is down or unreachable, or a secret differs',
    );
    expect(waiting.hint()).toContain("has not answered yet: control is down or unreachable, or a secret differs");
  });

  it("what control knows", () => {
    const { waiting } = inSession(SESSION, announcing, named, state("waiting"));
    expect(waiting.text()).toBe('waiting for the partner in session "home", 0 s: control knows of nobody there yet');
    expect(waiting.hint()).toBeNull();
    waiting.event(state("full"));
    expect(waiting.text()).toContain("0 s: the session is full: two others are in it");
    const slot = inSession(SLOT, announcing, named, state("full")).waiting;
    expect(slot.text()).toBe("waiting for slot b, 0 s: the slots are taken: two others are in them");
    slot.event(state("v1"));
    expect(slot.text()).toBe("waiting for slot b, 0 s: it speaks protocol v1 only");
  });

  it("that control has fallen silent, until it answers again", () => {
    const { waiting, clock, hear } = inSession(SESSION, announcing, named, state("waiting"));
    clock.now += 30_000;
    expect(waiting.text()).toContain("30 s: control knows of nobody there yet");
    clock.now += 11_000;
    expect(waiting.text()).toContain("41 s: control has not answered for 41 s");
    waiting.sendFailed(control, new Error("send ENETUNREACH"));
    expect(waiting.text()).toContain("cannot reach control (send ENETUNREACH)");
    clock.now += 5000;
    hear();
    expect(waiting.text()).toContain("control knows of nobody there yet");
  });

  it("in the log, once, that control has gone, and once that it is back", () => {
    const { waiting, clock, hear } = inSession(SESSION, announcing, named, state("waiting"));
    const said: (string | null)[] = [];
    const after = (ms: number) => {
      clock.now += ms;
      const news = waiting.news();
      if (news !== null) said.push(news);
    };
    for (let at = 0; at < 60; at++) after(1000);
    hear();
    for (let at = 0; at < 30; at++) after(1000);
    expect(said).toEqual([
      "control 198.51.100.1:7777 has not answered for 41 s",
      "control 198.51.100.1:7777 answers again",
    ]);
  });

  it("where the drill goes, and that the partner has left", () => {
    const { waiting, clock } = inSession(SESSION, announcing, named, state("present"));
    const candidates = [partner, { address: "192.168.1.7", port: 5000 }];
    waiting.event({
      type: "candidates",
      candidates: candidates.map((endpoint) => ({ kind: "host", endpoint })),
    });
    waiting.event({ type: "phase", phase: "checking", signal: null, target: null });
    clock.now += 2000;
    expect(waiting.text()).toBe("drilling 2 addresses, 2 s: nothing heard from there yet");
    waiting.event({ type: "heard", endpoint: partner });
    expect(waiting.text()).toBe("drilling 2 addresses, 2 s: heard it, waiting to be heard");
    waiting.event({ type: "phase", phase: "waiting", signal: null, target: null });
    waiting.event(state("waiting"));
    expect(waiting.text()).toContain("control knows of nobody there yet");
    waiting.event({ type: "phase", phase: "checking", signal: null, target: null });
    expect(waiting.text()).toBe("drilling 2 addresses, 0 s: nothing heard from there yet");
    const other = { address: "203.0.113.9", port: 5000 };
    waiting.event({ type: "candidates", candidates: [{ kind: "reflexive", endpoint: other }] });
    expect(waiting.text()).toContain("drilling 203.0.113.9:5000");
    waiting.event({ type: "connected", endpoint: partner, by: "pong", path: "host", roundTripMs: 1 });
    expect(waiting.text()).toBe("connected to 203.0.113.2:5000, waiting until the partner is sure of it");
    waiting.event({ type: "confirmed" });
    expect(waiting.text()).toBe("connected to 203.0.113.2:5000");
  });
});

describe("a start that cannot work", () => {
  function watched() {
    const failures: Failure[] = [];
    const watch = new FirstContact((failure) => failures.push(failure));
    const tries = (sent: number, failed: number) => {
      for (let i = 0; i < Math.max(sent, failed); i += 1) {
        if (i < sent) watch.datagram("out");
        if (i < failed) watch.sendFailed(control, new Error("send ENETUNREACH"));
      }
    };
    return { failures, watch, tries };
  }

  it("is one in which the name has no address at the first look", () => {
    const { failures, watch } = watched();
    watch.resolveFailed(new Error("no such host"));
    watch.resolveFailed(new Error("no such host"));
    expect(failures.map(({ code }) => code)).toEqual(["host-not-found"]);
  });

  it("is not one in which the name is lost later: the network may come back", () => {
    const { failures, watch } = watched();
    watch.event({ type: "control", endpoint: control });
    watch.resolveFailed(new Error("no such host"));
    expect(failures).toEqual([]);
  });

  it("is one in which nothing can be sent", () => {
    const { failures, tries } = watched();
    tries(5, 5);
    tries(10, 10);
    expect(failures.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      "no-route: cannot send to 198.51.100.1:7777: send ENETUNREACH",
    ]);
  });

  it("is not one in which something could be sent, nor one in which only the port is refused", () => {
    const { failures, watch, tries } = watched();
    tries(2, 0);
    tries(20, 20);
    for (let i = 0; i < 9; i += 1) watch.sendFailed(control, Object.assign(new Error(), { code: "refused" }));
    expect(failures).toEqual([]);
  });

  it("is not an outage after anything was sent, however soon it comes and however long it lasts", () => {
    for (let before = 1; before <= 8; before += 1) {
      const { failures, tries } = watched();
      tries(before, 0);
      tries(50, 50);
      expect(failures, `${before} sent before`).toEqual([]);
      // Those that fail are told a little later than they are sent.
      const late = watched();
      late.tries(before, 0);
      late.watch.datagram("out");
      for (let i = 0; i < 50; i += 1) {
        late.watch.datagram("out");
        late.watch.sendFailed(control, new Error("send ENETDOWN"));
      }
      expect(late.failures, `${before} sent before`).toEqual([]);
    }
  });

  it("is seen as well where failures are told only after the next sends", () => {
    const { failures, watch } = watched();
    for (let i = 0; i < 7; i += 1) watch.datagram("out");
    for (let i = 0; i < 7; i += 1) watch.sendFailed(control, new Error("send ENETUNREACH"));
    expect(failures).toHaveLength(1);
  });

  it("is not one in which only the partner cannot be reached", () => {
    const { failures, watch, tries } = watched();
    watch.datagram("out");
    watch.event({ type: "introduced", endpoint: partner });
    tries(5, 5);
    expect(failures).toEqual([]);
    const other = watched();
    other.watch.datagram("out");
    other.watch.event({ type: "candidates", candidates: [{ kind: "host", endpoint: partner }] });
    other.tries(5, 5);
    expect(other.failures).toEqual([]);
  });
});

describe("the pauses of -retry", () => {
  it("double from one second to thirty, and begin anew after a success", () => {
    const backoff = new Backoff(() => 0);
    expect(Array.from({ length: 7 }, () => backoff.next())).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    backoff.reset();
    expect(backoff.next()).toBe(1000);
  });

  it("are shorter by up to a quarter, so that two peers do not march in step", () => {
    expect(new Backoff(() => 0.999).next()).toBe(750);
  });
});
