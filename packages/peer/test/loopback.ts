import { createSocket } from "node:dgram";
import { once } from "node:events";
import type { Core } from "@netpunch/transport";
import { type Driver, drive, openSocket } from "@netpunch/transport/udp";
import { afterEach, beforeEach, expect } from "vitest";
import type { Hole } from "../src/index.js";

/** Runs a core, control's as a rule, on a free port of loopback. */
export async function serve(core: Core<never>): Promise<{ readonly address: string; readonly driver: Driver }> {
  const bound = await openSocket("127.0.0.1:0");
  return { address: `127.0.0.1:${bound.local.port}`, driver: drive(core, { sockets: [bound] }) };
}

/** Lets the event loop turn while this holds, 500 times at most. */
export async function turnWhile(busy: () => boolean): Promise<void> {
  for (let turns = 0; turns < 500 && busy(); turns++) await new Promise(setImmediate);
}

/** Sockets and look-ups; the test runner has timers of its own, so a forgotten timer is looked for in a child process. */
const resources = () => process.getActiveResourcesInfo().filter((name) => /UDP|GetAddrInfo/.test(name)).length;

async function settled(count: number): Promise<number> {
  await turnWhile(() => resources() > count);
  return resources();
}

/** Every test that follows, and its hooks declared below this, must close each socket and end each look-up that it has begun. */
export function expectNoLeftovers(): void {
  let before: number;
  beforeEach(async () => {
    before = await settled(0);
  });
  afterEach(async () => {
    expect(await settled(before), "sockets and look-ups that stay").toBe(before);
  });
}

/** Another program can bind the port. */
export async function expectFree(port: number): Promise<void> {
  const next = createSocket("udp4").bind(port, "127.0.0.1");
  await once(next, "listening");
  next.close();
}

export const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
export const bytes = (words: string) => new TextEncoder().encode(words);

export async function firstMessage(hole: Hole): Promise<string> {
  for await (const message of hole.messages) return text(message);
  throw new Error("the hole ended");
}

/** What a promise rejects with; null where it does not. */
export function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => null,
    (reason: unknown) => reason,
  );
}
