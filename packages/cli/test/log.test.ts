import { createV1Envelope } from "@netpunch/crypto";
import { v1 } from "@netpunch/wire";
import { describe, expect, it } from "vitest";
import { createDatagramLog } from "../src/datagram-log.js";
import { LineLimit } from "../src/line-limit.js";
import { createLog, timestamp, wallClock } from "../src/log.js";

const SECRET = new TextEncoder().encode("x");
const remote = { address: "127.0.0.1", port: 7777 };

function recorded(logging: "payload" | "datagram") {
  const lines: string[] = [];
  const log = createLog({ write: (line) => lines.push(line), pid: 25400, label: "a", now: () => 0 });
  const datagrams = createDatagramLog(log, SECRET, logging);
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
