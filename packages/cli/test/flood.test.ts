import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { controlProcess, netpunch, partner, type Run, SECRET, udpSocket } from "./netpunch.js";

const JUNK = 50_000;

/** Sends junk as fast as this machine can, of all sizes up to a kilobyte and one of the largest. */
async function flood(port: number): Promise<void> {
  const socket = await udpSocket();
  const junk = Buffer.alloc(1024, "junk ");
  for (let i = 0; i < JUNK; i += 1) {
    socket.send(junk, 0, i % junk.length, port, "127.0.0.1");
    if (i % 500 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  socket.send(Buffer.alloc(65_507), port, "127.0.0.1");
}

function junkLines(run: Run): readonly string[] {
  return run.log.filter((line) => line.includes("[message skipped") || line.includes("skipped: "));
}

describe("a flood of junk", () => {
  it("leaves control alive and its log short, and says how much it left out", async () => {
    const { run, address } = await controlProcess();
    await flood(Number(address.split(":")[1]));
    const [a, b] = await Promise.all([partner(address, { slot: "a" }), partner(address)]);
    expect(a.totalMs + b.totalMs).toBeGreaterThan(0);
    expect(await run.end("SIGTERM")).toMatchObject({ code: 0 });
    expect(junkLines(run).length).toBeLessThan(20);
    expect(run.stderr).toMatch(/\[info\] skipped: \d{3,} more datagrams with an invalid signature\n/);
  });

  it("leaves a peer alive, its log short and its pace unchanged", async () => {
    const silent = await udpSocket();
    const remote = `127.0.0.1:${silent.address().port}`;
    const run = netpunch(["-peer", "a", "-secret", SECRET, "-local", "127.0.0.1:0", "-remote", remote]);
    const [, { port }] = await once(silent, "message");
    await flood(port);
    // The burst is over; from now on it is an announce a second, whatever arrives.
    await once(silent, "message");
    expect(await run.end("SIGINT")).toMatchObject({ code: 1 });
    expect(junkLines(run).length).toBeLessThan(20);
    expect(run.log.filter((line) => line.includes("write: ")).length).toBeLessThan(20);
  });

  it("of datagrams that are logged raw shows the start of each", async () => {
    const { run, address } = await controlProcess(SECRET, "-raw-logging");
    const socket = await udpSocket();
    socket.send(Buffer.alloc(65_507, 0xff), Number(address.split(":")[1]), "127.0.0.1");
    await run.until(/read: "(\\xff){256}"\.\.\. \(65507 bytes\) <- /);
  });
});
