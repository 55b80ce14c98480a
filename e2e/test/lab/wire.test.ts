import { describe, expect, it } from "vitest";
import { Lab, type Machine } from "../../src/lab/lab.js";
import { publicAddress } from "../../src/lab/places.js";
import { IN_LABS, lacking } from "../../src/lab/requirements.js";

const [HERE, THERE] = [publicAddress(1), publicAddress(2)];

/** The least round trip of some pings: what a busy machine adds does not count. */
function roundTripMs(from: Machine): number {
  const printed = from.run("ping", "-n", "-c", "10", "-i", "0.05", "-W", "2", THERE);
  return Number(/ = ([\d.]+)\//.exec(printed)?.[1]);
}

describe.skipIf(lacking("python3", "ping"))("a cable that is lengthened", IN_LABS, () => {
  it.each([
    { up: 40, down: 0 },
    { up: 3, down: 17 },
    { up: 1, down: 1 },
  ])("delays what passes by $up ms one way and $down ms the other", async ({ up, down }) => {
    using lab = new Lab();
    const here = lab.internet.attach("here", [HERE]);
    lab.internet.attach("there", [THERE]);
    await here.lengthen({ delayMs: { up, down } });
    const measured = roundTripMs(here);
    expect(measured).toBeGreaterThanOrEqual(up + down);
    expect(measured).toBeLessThan(up + down + 20);
  });

  it("adds up with others on the way", async () => {
    using lab = new Lab();
    const here = lab.internet.attach("here", [HERE]);
    const there = lab.internet.attach("there", [THERE]);
    await Promise.all([here.lengthen({ delayMs: 10 }), there.lengthen({ delayMs: 15 })]);
    expect(roundTripMs(here)).toBeGreaterThanOrEqual(50);
  });

  it("loses the share that it is told to, and only that", async () => {
    using lab = new Lab();
    const here = lab.internet.attach("here", [HERE]);
    lab.internet.attach("there", [THERE]);
    await here.lengthen({ delayMs: 0, lossPercent: 30 });
    const printed = here.run("sh", "-c", `ping -n -q -c 400 -i 0.002 -W 1 ${THERE} || true`);
    const lost = Number(/([\d.]+)% packet loss/.exec(printed)?.[1]);
    // 51 % of round trips; six standard deviations to both sides.
    expect(lost).toBeGreaterThan(36);
    expect(lost).toBeLessThan(66);
  });

  it("lets datagrams through whose checksum the sender left to the network, and large ones", async () => {
    using lab = new Lab();
    const here = lab.internet.attach("here", [HERE]);
    const there = lab.internet.attach("there", [THERE]);
    await here.lengthen({ delayMs: 2, jitterMs: 2 });
    const heard = there.start(["python3", "-c", RECEIVER]);
    await heard.saw(/ready/);
    here.run("python3", "-c", SENDER, THERE);
    await heard.saw(/5 1200 60000/);
  });

  it("is a short one again after the machine has moved", async () => {
    using lab = new Lab();
    const here = lab.internet.attach("here", [HERE]);
    lab.internet.attach("there", [THERE]);
    await here.lengthen({ delayMs: 50 });
    here.moveTo(lab.internet, [publicAddress(3)]);
    expect(roundTripMs(here)).toBeLessThan(50);
  });
});

const RECEIVER = `
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 9))
print("ready", flush=True)
print(*sorted(len(s.recv(65536)) for _ in range(3)), flush=True)`;

const SENDER = `
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for size in (5, 1200, 60000): s.sendto(bytes(size), (sys.argv[1], 9))`;
