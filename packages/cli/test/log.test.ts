import type { ControlEvent } from "@netpunch/control";
import { createDescriber, createFrameMac, createV1Envelope } from "@netpunch/crypto";
import type { PeerEvent } from "@netpunch/peer";
import { v1, v2 } from "@netpunch/wire";
import { describe, expect, it } from "vitest";
import type { Meeting } from "../src/command-line/meeting.js";
import { Downgrade } from "../src/commands/peer/downgrade.js";
import { createControlEventLog } from "../src/log/control-event-log.js";
import { createDatagramLog, createTroubleLog } from "../src/log/datagram-log.js";
import { createEventLog } from "../src/log/event-log.js";
import { LineLimit } from "../src/log/line-limit.js";
import { createLog, timestamp, wallClock } from "../src/log/log.js";

const SECRET = new TextEncoder().encode("x");
const MAC = createFrameMac(new Uint8Array(32));
const remote = { address: "127.0.0.1", port: 7777 };

function recorded(logging: "payload" | "datagram") {
  const lines: string[] = [];
  const log = createLog({ write: (line) => lines.push(line), pid: 25400, label: "a", now: () => 0 });
  const datagrams = createDatagramLog(log, createDescriber(SECRET, [MAC]), logging);
  return {
    lines: () => lines.map((line) => line.replace(/^.*\[25400\] \[a\] /, "")),
    datagrams,
    hear: (bytes: Uint8Array) => datagrams.datagram("in", { socket: 0, remote, bytes }),
    say: (bytes: Uint8Array) => datagrams.datagram("out", { socket: 0, remote, bytes }),
  };
}

const seal = (message: v1.Message) => createV1Envelope(SECRET).seal(v1.encode(message));

describe("a log line", () => {
  it("has the local time with microseconds, the process, the slot and the level", () => {
    const lines: string[] = [];
    const at = new Date(2022, 3, 2, 7, 4, 9, 674).getTime() + 0.964;
    const options = { write: (line: string) => lines.push(line), pid: 25400, now: () => at };
    createLog({ ...options, label: "a" }).info("close: ok");
    createLog({ ...options, label: null }).error("write: no");
    expect(lines).toEqual([
      "2022/04/02 07:04:09.674964 [25400] [a] [info] close: ok",
      "2022/04/02 07:04:09.674964 [25400] [error] write: no",
    ]);
  });

  it("counts microseconds down, so that no second has a million of them", () => {
    expect(timestamp(new Date(2022, 11, 31, 23, 59, 59, 999).getTime() + 0.9995)).toBe("2022/12/31 23:59:59.999999");
  });

  it("follows the system's clock, and is finer than it", () => {
    const now = wallClock();
    expect(Math.abs(now() - Date.now())).toBeLessThan(20);
    const times = new Set(Array.from({ length: 1000 }, () => now()));
    expect(times.size).toBeGreaterThan(10);
  });
});

describe("the log of datagrams", () => {
  it("shows payloads as the original does", () => {
    const log = recorded("payload");
    log.say(seal({ type: "announce", slot: "a" }));
    log.hear(seal({ type: "peerInfo", slot: "b", endpoint: { address: "2001:db8::7", port: 5000 } }));
    log.hear(createV1Envelope(new Uint8Array(1)).seal(Uint8Array.of(0x78)));
    log.hear(new Uint8Array(3));
    expect(log.lines()).toEqual([
      '[info] write: "a" -> 127.0.0.1:7777',
      '[info] read: "i|b|[2001:db8::7]:5000" <- 127.0.0.1:7777',
      '[info] read: "[message skipped due to invalid signature]" <- 127.0.0.1:7777',
      '[info] read: "[message skipped, since it is too short]" <- 127.0.0.1:7777',
    ]);
  });

  it("shows whole datagrams on request", () => {
    const log = recorded("datagram");
    log.say(seal({ type: "announce", slot: "a" }));
    expect(log.lines()).toEqual(['[info] write: "*-fIdcteU]833lbW@c%]_\\\\$UsBf4AdhL2b8iXo6$ a" -> 127.0.0.1:7777']);
  });

  it("shows the longest datagram of v1, and takes longer ones for junk", () => {
    const log = recorded("payload");
    const endpoint = { address: "1111:2222:3333:4444:5555:6666:7777:8888", port: 65_535 };
    const longest = seal({ type: "peerInfo", slot: "b", endpoint });
    log.hear(longest);
    log.hear(Uint8Array.from([...longest, 0]));
    expect(log.lines()[0]).toContain('read: "i|b|[1111:2222:3333:4444:5555:6666:7777:8888]:65535"');
    expect(log.lines()[1]).toContain("invalid signature");
  });

  it("writes five of a thousand junk datagrams, and how many it left out", () => {
    const log = recorded("payload");
    for (let i = 0; i < 1000; i += 1) log.hear(new Uint8Array(50));
    log.say(seal({ type: "announce", slot: "a" }));
    log.datagrams.flush();
    expect(log.lines().slice(5)).toEqual([
      '[info] write: "a" -> 127.0.0.1:7777',
      "[info] skipped: 995 more datagrams with an invalid signature",
    ]);
  });

  it("bounds signed datagrams too, as anybody can replay one that was seen", () => {
    const log = recorded("payload");
    for (let i = 0; i < 3000; i += 1) log.hear(seal({ type: "ping" }));
    log.datagrams.flush();
    expect(log.lines().length).toBeLessThan(2000);
    expect(log.lines().at(-1)).toMatch(/skipped: \d+ more lines/);
  });

  it("tells what could not be sent or looked up", () => {
    const log = recorded("payload");
    log.datagrams.sendFailed(remote, new Error("send ENETUNREACH"));
    log.datagrams.resolveFailed(new Error("cannot look up vps.example: no such host"));
    expect(log.lines()).toEqual([
      "[error] write: send ENETUNREACH",
      "[error] cannot look up vps.example: no such host",
    ]);
  });
});

describe("frames of v2 in the log", () => {
  const id = new Uint8Array(8).fill(0xab);
  const ping = () => v2.encode({ type: "ping", features: 0, from: id, to: id, txid: new Uint8Array(12) });

  it("show their type and fields in place of the payload", () => {
    const log = recorded("payload");
    log.say(MAC.sign(ping()));
    expect(log.lines()).toEqual(["[info] write: ping from=abababab to=abababab txid=00000000 -> 127.0.0.1:7777"]);
  });

  it("that our keys do not verify are junk, a handful of which is shown", () => {
    const log = recorded("payload");
    for (let i = 0; i < 1000; i += 1) log.hear(ping());
    log.hear(ping().subarray(1));
    log.datagrams.flush();
    expect(log.lines()).toEqual([
      ...Array.from({ length: 5 }, () => "[info] read: ping (not verified) <- 127.0.0.1:7777"),
      "[info] skipped: 996 more datagrams with an invalid signature",
    ]);
  });

  it("are shown whole on request", () => {
    const log = recorded("datagram");
    log.hear(MAC.sign(ping()));
    expect(log.lines()[0]).toContain('[info] read: "\\x06NP2\\x11');
  });
});

describe("the log without datagrams", () => {
  it("tells what could not be sent or looked up, five times and then six times a minute", () => {
    const lines: string[] = [];
    const log = createTroubleLog(createLog({ write: (line) => lines.push(line), pid: 1, label: null }));
    log.datagram("in", { socket: 0, remote, bytes: new Uint8Array() });
    for (let i = 0; i < 100; i += 1) log.sendFailed(remote, new Error("send ENETUNREACH"));
    log.resolveFailed(new Error("no such host"));
    log.flush();
    expect(lines.map((line) => line.replace(/.*\[1\] /, ""))).toEqual([
      ...Array.from({ length: 5 }, () => "[error] write: send ENETUNREACH"),
      "[info] skipped: 96 more errors",
    ]);
  });
});

describe("the log of what happens", () => {
  const SESSION: Meeting = { type: "session", name: "home", secret: null };

  function told(meeting: Meeting, ...events: readonly PeerEvent[]): readonly string[] {
    const lines: string[] = [];
    const log = createEventLog({ info: (text) => lines.push(text) }, meeting);
    for (const event of events) log.event?.(event, 0);
    return lines;
  }

  const connected = (address: string, path: "host" | "reflexive" | "peer-reflexive"): PeerEvent => ({
    ...{ type: "connected", by: "pong", roundTripMs: 0.42 },
    ...{ endpoint: { address, port: 5000 }, path },
  });

  it("follows a session of v2 from control's answer to the hole", () => {
    const candidates: PeerEvent = {
      type: "candidates",
      candidates: [
        { kind: "reflexive", endpoint: { address: "203.0.113.2", port: 5000 } },
        { kind: "host", endpoint: { address: "192.168.1.7", port: 5000 } },
      ],
    };
    expect(
      told(
        SESSION,
        { type: "observed", endpoint: { address: "203.0.113.1", port: 5000 } },
        { type: "session", state: "waiting" },
        { type: "session", state: "full" },
        { type: "session", state: "present" },
        candidates,
        { type: "partnerRestarted" },
        connected("192.168.1.7", "host"),
      ),
    ).toEqual([
      "control sees us at 203.0.113.1:5000",
      'waiting for the partner in session "home": control knows of nobody there yet',
      'waiting for the partner in session "home": the session is full: two others are in it',
      'the partner in session "home" is at 203.0.113.2:5000 (reflexive), 192.168.1.7:5000 (host)',
      'the partner in session "home" was started again',
      "connected by v2 to 192.168.1.7:5000, over the local network, round trip 0.4 ms",
    ]);
  });

  it("does not wait any more for a partner that has its hole and left control", () => {
    const lines = told(SESSION, connected("192.168.1.7", "host"), { type: "session", state: "waiting" });
    expect(lines).toHaveLength(1);
  });

  it("says what kind of path it is", () => {
    const path = (event: PeerEvent) => told(SESSION, event)[0]?.split(", ")[1];
    expect(path(connected("127.0.0.1", "host"))).toBe("on this machine");
    expect(path(connected("fd00::7", "host"))).toBe("over the local network");
    expect(path(connected("2001:db8::7", "host"))).toBe("an address of the partner's machine itself");
    expect(path(connected("203.0.113.2", "reflexive"))).toBe("where control sees the partner");
    expect(path(connected("203.0.113.2", "peer-reflexive"))).toBe("where the partner's datagrams come from");
  });

  it("is silent on v1, whose lines are the original's", () => {
    const slot: Meeting = { type: "slot", slot: "a", protocol: "v1" };
    const endpoint = { address: "203.0.113.2", port: 5000 };
    expect(
      told(
        slot,
        { type: "introduced", endpoint },
        { type: "heard", endpoint },
        { type: "connected", endpoint, by: "pong" },
      ),
    ).toEqual([]);
  });
});

describe("control's log of what happens", () => {
  const session = "3f2a91c0".repeat(4);
  const run = "7c0de1f2".repeat(2);
  const endpoint = { address: "203.0.113.1", port: 5000 };
  const other = { address: "203.0.113.2", port: 5000 };
  const bound: ControlEvent = { type: "bound", session, run, endpoint, previous: null };

  function told(burst: number, ...events: readonly ControlEvent[]): readonly string[] {
    const lines: string[] = [];
    const limit = new LineLimit({ burst, perSecond: 0, report: (skipped) => lines.push(`skipped ${skipped}`) });
    const log = createControlEventLog({ info: (text) => lines.push(text) }, limit);
    for (const event of events) log.event?.(event, 0);
    limit.flush();
    return lines;
  }

  it("follows sessions by the start of their ids, and leaves slots to the original's lines", () => {
    expect(
      told(
        10,
        bound,
        { ...bound, previous: other },
        { type: "paired", session, endpoints: [endpoint, other] },
        { type: "full", session, run, endpoint, why: "full" },
        { type: "unbound", session, run, endpoint, why: "met" },
        { type: "announced", slot: "a", endpoint, previous: null },
      ),
    ).toEqual([
      "session 3f2a91c0: 203.0.113.1:5000 is in it",
      "session 3f2a91c0: 203.0.113.1:5000 is in it, before 203.0.113.2:5000",
      "session 3f2a91c0: 203.0.113.1:5000 and 203.0.113.2:5000 are introduced",
      "session 3f2a91c0: 203.0.113.1:5000 has to wait, as two others are in it",
      "session 3f2a91c0: 203.0.113.1:5000 is not in it any more (met)",
    ]);
  });

  it("is not filled by somebody who has the secret", () => {
    expect(told(2, bound, bound, bound, bound).slice(2)).toEqual(["skipped 2"]);
  });
});

describe("a hole of v1", () => {
  const told = (protocol: "auto" | "v1" | "v2", made: "v1" | "v2", ...events: readonly PeerEvent[]) => {
    const downgrade = new Downgrade({ type: "slot", slot: "a", protocol });
    for (const event of events) downgrade.event(event);
    const why = downgrade.of({ protocol: made });
    return why === null ? null : downgrade.warning(why);
  };

  it("is warned of where v2 was hoped for, and nowhere else", () => {
    const why = "control answers no v2";
    const taken: PeerEvent = { type: "protocol", protocol: "v1", why: "the hole was made with it" };
    expect(told("auto", "v1", { type: "protocol", protocol: "both", why }, taken)).toMatch(
      /^the hole to slot b was made with protocol v1 \(control answers no v2\): whoever sees its messages can replay them/,
    );
    expect(told("auto", "v1")).toContain("(the partner or control speaks no other)");
    expect(told("auto", "v2", { type: "protocol", protocol: "both", why })).toBeNull();
    expect(told("v1", "v1")).toBeNull();
  });
});

describe("a line limit", () => {
  it("lets a burst pass, and then as many as come back with time", () => {
    let now = 0;
    const reports: number[] = [];
    const limit = new LineLimit({
      burst: 3,
      perSecond: 0.5,
      report: (skipped) => reports.push(skipped),
      now: () => now,
    });
    const admitted = () => Array.from({ length: 10 }, () => limit.admit()).filter(Boolean).length;
    expect(admitted()).toBe(3);
    now = 1999;
    expect(admitted()).toBe(0);
    now = 2000;
    expect(admitted()).toBe(1);
    now = 1e9;
    expect(admitted()).toBe(3);
    limit.flush();
    limit.flush();
    expect(reports).toEqual([33]);
  });
});
