import type { UdpSocket } from "@netpunch/transport";
import { TransportError } from "@netpunch/transport/udp";
import { describe, expect, test } from "vitest";
import { explain } from "../src/explain.js";
import { createHole, unconfirmed } from "../src/hole.js";
import { MessageQueue } from "../src/message-queue.js";
import type { Meeting } from "../src/options.js";
import { type Findings, Progress } from "../src/progress.js";
import type { PunchReport } from "../src/report.js";
import { at, CONTROL, PARTNER } from "./bench.js";

const nothing: Findings = {
  ...new Progress().findings(0),
  elapsedMs: 30_000,
  control: at(CONTROL),
  asked: [at(CONTROL)],
  askedMs: 30_000,
};
const sight = (agoMs: number, forMs = 30_000) => ({ endpoint: at(PARTNER), agoMs, forMs });
const why = (findings: Partial<Findings>, meeting: Meeting = { protocol: "auto", slot: "a" }) =>
  explain({ ...nothing, ...findings }, { meeting, controlName: "vps.example:7777", wordsOf: ({ message }) => message });

describe("why there is no hole in v1", () => {
  test.each([
    ["nothing came from control", {}, "control-silent"],
    ["control's name has no address", { control: null, resolveError: new Error("ENOTFOUND") }, "host-not-found"],
    ["control names the partner, who is silent", { introduced: sight(900) }, "partner-unheard"],
    ["control named the partner once", { introduced: sight(5000) }, "partner-absent"],
    ["the partner is heard and does not answer", { heard: sight(900) }, "one-way"],
    ["the partner is heard, whatever else is known", { heard: sight(900), introduced: sight(90_000) }, "one-way"],
  ] as const)("%s", (_name, findings, code) => {
    const error = why(findings);
    expect(error.code).toBe(code);
    expect(error.advice).toMatch(/\.$/);
    if (code !== "host-not-found") expect(error.message).toMatch(/slot b|control 198/);
  });

  test("what the machine said and datagrams under another secret are passed on as evidence", () => {
    const cause = new Error("send ENETUNREACH 198.51.100.1:7777");
    const error = why({ sendError: cause, badSignatures: 3 });
    expect(error.cause).toBe(cause);
    expect(error.advice).toContain("ENETUNREACH");
    expect(error.advice).toContain("3 datagrams came that are signed with another secret");
  });
});

describe("why there is no hole in a session", () => {
  const home: Meeting = { protocol: "v2", session: "home" };
  const addresses = [{ kind: "reflexive", endpoint: at(PARTNER) }] as const;
  test.each([
    ["control never answered", {}, "control-silent", /control 198.* has not answered in 30\.0 s/],
    ["control answers, nobody came", { session: "waiting" }, "partner-absent", /in session "home" did not come/],
    ["two others are in it", { session: "full" }, "session-full", /two others/],
    ["another run has its slot", { session: "taken" }, "session-full", /another run of this peer holds its slot/],
    ["too many come from its address", { session: "source-limit" }, "over-limit", /no more runs from this address/],
    ["control has no room", { session: "total-limit" }, "over-limit", /no room for more runs/],
    ["the partner came by v1", { session: "v1" }, "partner-v1", /only protocol v1/],
    [
      "the partner's addresses do not answer",
      { session: "present", addresses, presentMs: 29_000 },
      "partner-unheard",
      /nothing came from 203\.0\.113\.2:5000/,
    ],
    ["the partner left again", { session: "waiting", addresses }, "partner-absent", /did not come/],
    [
      "the partner drilled as long as we did, gave up first and left",
      { session: "waiting", addresses, presentMs: 29_000 },
      "partner-unheard",
      /was there for 29\.0 s, but nothing came from 203\.0\.113\.2:5000; it has left since$/,
    ],
    [
      "the partner was heard, and left",
      { session: "waiting", addresses, presentMs: 29_000, heard: sight(900) },
      "one-way",
      /was heard from 203\.0\.113\.2:5000, and left before there was a hole$/,
    ],
    [
      "control ended while we waited",
      { session: "waiting", controlSilentMs: 45_000 },
      "control-silent",
      /control 198.* answered, but not in the last 45 s, and the partner .* is not heard/,
    ],
    ["control was a little late", { session: "waiting", controlSilentMs: 19_000 }, "partner-absent", /control answers/],
    [
      "control answers from where nobody asked",
      { strayControl: at("192.168.0.10:7777") },
      "control-silent",
      /^control vps\.example:7777 answers from another address: 192\.168\.0\.10:7777$/,
    ],
    [
      "one answer came from elsewhere, and control's own came, too",
      { strayControl: at("192.168.0.10:7777"), session: "waiting" },
      "partner-absent",
      /control answers/,
    ],
    [
      "control is of another address family",
      {
        control: null,
        resolveError: new TransportError("no-common-family", "::1 has no IPv4 address, and the socket needs one"),
      },
      "no-common-family",
      /::1 has no IPv4 address/,
    ],
    [
      "the partner is heard and does not hear us",
      { session: "present", addresses, heard: sight(900) },
      "one-way",
      /heard/,
    ],
  ] as const)("%s", (_name, findings, code, message) => {
    const error = why(findings, home);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(error.advice).toMatch(/\.$/);
  });
});

test("both behind one NAT are told so, and nobody else is", () => {
  const home: Meeting = { protocol: "v2", session: "home" };
  const addresses = [{ kind: "reflexive", endpoint: at(PARTNER) }] as const;
  const together = why(
    { session: "present", addresses, presentMs: 5000, observed: [{ ...at(PARTNER), port: 1 }] },
    home,
  );
  expect(together.advice).toContain("both are behind one NAT");
  const apart = why({ session: "present", addresses, presentMs: 5000, observed: [at(CONTROL)] }, home);
  expect(apart.advice).not.toContain("both are behind one NAT");
  expect(apart.advice).toContain("two internet connections");
  // The partner has said goodbye, so it was not killed.
  const left = why({ session: "waiting", addresses, presentMs: 5000, observed: [at(CONTROL)] }, home);
  expect(left.advice).not.toContain("killed");
});

test("how long the partner was there is added up over all its stays", () => {
  const progress = new Progress();
  const session = (state: "waiting" | "present", ms: number) => progress.event({ type: "session", state }, ms);
  session("waiting", 0);
  session("present", 1000);
  session("waiting", 3000);
  session("present", 10_000);
  session("present", 11_000);
  expect(progress.findings(12_500).presentMs).toBe(4500);
  session("waiting", 13_000);
  expect(progress.findings(99_000).presentMs).toBe(5000);
});

test("the report of a long wait stays bounded, and keeps its end", () => {
  const progress = new Progress();
  for (let ms = 0; ms < 100_000; ms += 1000) {
    progress.event(
      { type: "phase", phase: ms % 2000 === 0 ? "knocking" : "ponging", signal: null, target: null },
      500 + ms,
    );
    progress.datagram("out", { socket: 0, remote: at(PARTNER), bytes: new Uint8Array(42) }, 500 + ms);
  }
  progress.event({ type: "connected", endpoint: at(PARTNER), by: "pong" }, 100_500);
  const report = progress.report;
  expect(report?.totalMs).toBe(100_000);
  expect(report?.phases).toHaveLength(64);
  expect(report?.phases.at(-1)).toEqual({ phase: "ponging", atMs: 99_000, ms: 1000, sent: 1, heard: 0 });
});

describe("messages that wait for a reader", () => {
  const bytes = (size: number, mark: number) => new Uint8Array(size).fill(mark);

  test("come in order, to readers that are early and to readers that are late", async () => {
    const queue = new MessageQueue();
    const reader = queue[Symbol.asyncIterator]();
    const early = reader.next();
    for (let mark = 1; mark <= 3; mark++) queue.push(bytes(1, mark));
    expect((await early).value).toEqual(bytes(1, 1));
    queue.end();
    const rest: number[] = [];
    for await (const message of queue) rest.push(message[0] ?? 0);
    expect(rest).toEqual([2, 3]);
  });

  test("take 1 MiB at most: then the newest are dropped, and there is room again when some are read", async () => {
    const queue = new MessageQueue();
    for (let mark = 0; mark < 20; mark++) queue.push(bytes(65_507, mark));
    const reader = queue[Symbol.asyncIterator]();
    expect((await reader.next()).value?.[0]).toBe(0);
    queue.push(bytes(65_507, 99));
    queue.end();
    const marks: number[] = [];
    for await (const message of queue) marks.push(message[0] ?? 0);
    expect(marks).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 99]);
  });

  test("empty ones count, too: a flood of them is bounded", () => {
    const queue = new MessageQueue();
    for (let i = 0; i < 100_000; i++) queue.push(new Uint8Array(0));
    expect(queue.size).toBeLessThanOrEqual(16_384);
  });

  test("end for every reader that waits", async () => {
    const queue = new MessageQueue();
    const readers = [queue[Symbol.asyncIterator]().next(), queue[Symbol.asyncIterator]().next()];
    queue.end();
    queue.push(bytes(1, 1));
    expect(await Promise.all(readers)).toEqual([
      { done: true, value: undefined },
      { done: true, value: undefined },
    ]);
  });
});

describe("a hole whose partner never confirmed it", () => {
  const report = {} as PunchReport;
  const parts = (confirmed: Promise<void>, closed: string[]) => ({
    local: at(CONTROL),
    remote: () => at(PARTNER),
    report,
    socket: {} as UdpSocket,
    messages: new MessageQueue(),
    send: () => {},
    confirmed,
    handOver: async () => {},
    close: async () => void closed.push("closed"),
  });
  const refused = () => {
    const confirmed = Promise.reject(unconfirmed());
    confirmed.catch(() => {});
    return confirmed;
  };

  test("is closed by release(), which says that it must not be handed over", async () => {
    const closed: string[] = [];
    const hole = createHole(parts(refused(), closed));
    await expect(hole.release()).rejects.toMatchObject({ name: "PunchError", code: "unconfirmed" });
    await expect(hole.release()).rejects.toMatchObject({ code: "unconfirmed" });
    expect(closed).toEqual(["closed"]);
  });

  test("is closed in silence at the end of an `await using` block", async () => {
    const closed: string[] = [];
    {
      await using _hole = createHole(parts(refused(), closed));
    }
    expect(closed).toEqual(["closed"]);
  });
});
