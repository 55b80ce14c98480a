import { readFileSync } from "node:fs";
import { createV1Envelope, describeV1, secretBytes } from "@netpunch/crypto";
import type { Core, Input, Output } from "@netpunch/transport";
import { formatEndpoint, parseEndpoint, v1 } from "@netpunch/wire";
import { describe, expect, test } from "vitest";
import { createOriginalControl, createOriginalPeer, type OriginalPeerEvent } from "../src/index.js";

/*
 * v1-runs holds what netpunch 0.2 itself logged and printed on loopback, secret "x": control on 127.0.0.1:7777, a on :5000,
 * b on :5001; b starts 1 s after a (quick) or 0.15 s after it, with -raw-logging (raw). Replayed here: what a process read
 * goes into our core at the time of the log, what the core sends must be what the process wrote, in order and in time.
 */

interface LogLine {
  readonly atMs: number;
  readonly way: "read" | "write";
  readonly text: string;
  readonly remote: string;
}

const SECRET = "x";
const CONTROL = "127.0.0.1:7777";
/** The original's timers and its log are late by what the machine was busy; the longest seen in these runs is 1.3 ms. */
const TIMER_SLACK_MS = 6;

const read = (name: string) => readFileSync(new URL(`v1-runs/${name}`, import.meta.url), "utf8");

function parseLog(name: string): LogLine[] {
  const lines: LogLine[] = [];
  for (const line of read(name).split("\n")) {
    const found = /(\d\d):(\d\d):(\d\d\.\d+) .*\[info\] (read|write): "(.*)" (?:<-|->) (\S+)$/.exec(line);
    if (found === null) continue;
    const [, hours, minutes, seconds, way, text, remote] = found as unknown as [
      string,
      string,
      string,
      string,
      "read" | "write",
      string,
      string,
    ];
    lines.push({ atMs: (Number(hours) * 60 + Number(minutes)) * 60_000 + Number(seconds) * 1000, way, text, remote });
  }
  return lines;
}

const envelope = createV1Envelope(secretBytes(SECRET));

/** A logged text as bytes: raw logs hold whole datagrams (40 characters, a space, the payload), the others payloads. */
function bytesOf(text: string, kind: string): Uint8Array {
  const plain = text.replaceAll('\\"', '"').replaceAll("\\\\", "\\");
  const bytes = new TextEncoder().encode(plain);
  return kind === "raw" ? bytes : envelope.seal(bytes);
}

function endpointOf(text: string) {
  const endpoint = parseEndpoint(text);
  if (endpoint === null) throw new Error(`no endpoint: ${text}`);
  return endpoint;
}

interface Sent {
  readonly atMs: number;
  readonly text: string;
  readonly remote: string;
}

/** Runs a core through a log: its deadlines at their own times, what was read at the time of its line. */
function replay<E>(core: Core<E>, log: readonly LogLine[], kind: string): { sent: Sent[]; events: E[] } {
  const sent: Sent[] = [];
  const events: E[] = [];
  const startMs = log[0]?.atMs ?? 0;
  const take = (now: number, input: Input) => {
    for (const output of core.handle(now, input) as Output<E>[]) {
      if (output.type === "event") events.push(output.event);
      if (output.type !== "send") continue;
      const { bytes, remote } = output.datagram;
      const text = kind === "raw" ? new TextDecoder().decode(bytes) : describeV1(envelope, bytes).slice(1, -1);
      sent.push({ atMs: now, text, remote: formatEndpoint(remote) });
    }
  };
  take(startMs, { type: "start" });
  take(startMs, { type: "resolved", endpoints: [endpointOf(CONTROL)] });
  for (const line of log.filter(({ way }) => way === "read")) {
    // The log is written beside the loop: a word that was read while the loop was still about to say its first is later.
    const at = Math.max(line.atMs, startMs);
    while (core.deadline !== null && core.deadline.at < at) take(core.deadline.at, { type: "wake" });
    const datagram = { socket: 0, remote: endpointOf(line.remote), bytes: bytesOf(line.text, kind) };
    take(at, { type: "datagram", datagram });
  }
  for (let beats = 0; core.deadline !== null && beats < 10; beats++) take(core.deadline.at, { type: "wake" });
  return { sent, events };
}

for (const kind of ["quick", "raw"]) {
  describe(`the original's ${kind} run`, () => {
    test.each(["a", "b"] as const)("peer %s says what the original said, when it said it", (slot) => {
      const log = parseLog(`${kind}.${slot}.log`);
      const { sent, events } = replay(createOriginalPeer({ slot, secret: SECRET }), log, kind);
      const written = log.filter(({ way }) => way === "write");
      expect(sent.map(({ text, remote }) => `${text} -> ${remote}`)).toEqual(
        written.map(({ text, remote }) => `${text.replaceAll('\\"', '"').replaceAll("\\\\", "\\")} -> ${remote}`),
      );
      for (const [i, { atMs }] of sent.entries())
        expect(Math.abs(atMs - (written[i]?.atMs ?? 0))).toBeLessThan(TIMER_SLACK_MS);
      const [, , , , , remoteHost, remotePort] = read(`${kind}.${slot}.out`).trim().split(" ") as string[];
      const connected = events.find(
        (event): event is Extract<OriginalPeerEvent, { type: "connected" }> => event.type === "connected",
      );
      expect(connected?.endpoint).toEqual({ address: remoteHost ?? "", port: Number(remotePort) });
    });

    test("control answers what the original answered", () => {
      const log = parseLog(`${kind}.control.log`);
      const { sent } = replay(createOriginalControl(SECRET), log, kind);
      const written = log.filter(({ way }) => way === "write");
      expect(written.length).toBeGreaterThan(0);
      expect(sent.map(({ text, remote }) => `${text} -> ${remote}`)).toEqual(
        written.map(({ text, remote }) => `${text.replaceAll('\\"', '"').replaceAll("\\\\", "\\")} -> ${remote}`),
      );
    });
  });
}

test("the original sends again after every datagram that it hears, junk too", () => {
  const core = createOriginalPeer({ slot: "a", secret: SECRET });
  core.handle(0, { type: "start" });
  core.handle(0, { type: "resolved", endpoints: [endpointOf(CONTROL)] });
  const junk = { socket: 0, remote: endpointOf("203.0.113.9:9"), bytes: new Uint8Array(50) };
  const sends = core.handle(5, { type: "datagram", datagram: junk }).filter(({ type }) => type === "send");
  expect(sends).toHaveLength(1);
  expect(core.deadline).toEqual({ at: 105, why: "discovering 1/5" });
});

test("the original sleeps half a minute after five announces, and wakes at a partner's ping", () => {
  const core = createOriginalPeer({ slot: "a", secret: SECRET });
  core.handle(0, { type: "start" });
  core.handle(0, { type: "resolved", endpoints: [endpointOf(CONTROL)] });
  for (let at = 100; at <= 500; at += 100) core.handle(at, { type: "wake" });
  expect(core.deadline).toEqual({ at: 30_500, why: "sleeping 1/1" });
  const ping = envelope.seal(v1.encode({ type: "ping" }));
  const outputs = core.handle(9000, {
    type: "datagram",
    datagram: { socket: 0, remote: endpointOf("203.0.113.2:5000"), bytes: ping },
  });
  expect(outputs.filter(({ type }) => type === "send")).toHaveLength(1);
  expect(core.deadline).toEqual({ at: 9100, why: "ponging 1/10" });
});

test("the original's control keeps an address for ever and never speaks first", () => {
  const core = createOriginalControl(SECRET);
  const announce = (slot: v1.Slot, remote: string, at: number) =>
    core.handle(at, {
      type: "datagram",
      datagram: { socket: 0, remote: endpointOf(remote), bytes: envelope.seal(v1.encode({ type: "announce", slot })) },
    });
  expect(announce("a", "203.0.113.2:5000", 0)).toEqual([]);
  expect(core.deadline).toBeNull();
  const days = announce("b", "203.0.113.3:5001", 864_000_000);
  expect(days).toHaveLength(1);
});
