import { createControlCore } from "@netpunch/control/core";
import { createV1Envelope, secretBytes } from "@netpunch/crypto";
import { type NatOptions, natPresets } from "@netpunch/simnet";
import { v1 } from "@netpunch/wire";
import { describe, expect, test } from "vitest";
import { CONTROL, type MeetingOptions, meet } from "../src/index.js";

const home: NatOptions = natPresets.portRestricted;
const LATE_MS = 20_000;

/** b starts 20 s after a; what happens before is the test's. */
const waiting = (prepare: NonNullable<MeetingOptions["prepare"]>, more: Partial<MeetingOptions> = {}) =>
  meet({ seed: 1, a: { place: home }, b: { place: home, startsAtMs: LATE_MS }, prepare, ...more });

describe("while a peer waits for its partner", () => {
  test("control is killed and started again: the next announce, at most a second later, is all it takes", () => {
    const meeting = waiting(({ net, control, controlHost }) => {
      net.at(5000, () => control.close());
      net.at(19_900, () => void controlHost.run(createControlCore({ secret: "Secret" }), { port: CONTROL.port }));
    });
    expect(meeting.tookMs).toBeLessThan(1150);
  });

  test("control is away when the partner comes, and back a minute later", () => {
    const meeting = waiting(
      ({ net, control, controlHost }) => {
        net.at(5000, () => control.close());
        net.at(80_000, () => void controlHost.run(createControlCore({ secret: "Secret" }), { port: CONTROL.port }));
      },
      { limitMs: 120_000 },
    );
    expect(meeting.connectedAt.b).toBeGreaterThan(80_000);
    expect(meeting.connectedAt.b).toBeLessThan(82_000);
  });

  test("its network goes away and comes back", () => {
    const meeting = waiting(({ net, hosts }) => {
      net.at(3000, () => hosts.a.link.down());
      net.at(19_000, () => hosts.a.link.up());
    });
    expect(meeting.tookMs).toBe(101.5);
  });

  test("its network is away while the partner drills, and back ten seconds later", () => {
    const meeting = waiting(({ net, hosts }) => {
      net.at(LATE_MS - 1000, () => hosts.a.link.down());
      net.at(LATE_MS + 10_000, () => hosts.a.link.up());
    });
    expect(meeting.tookMs).toBeGreaterThan(10_000);
    expect(meeting.tookMs).toBeLessThan(11_200);
  });

  test("its NAT reboots and maps it elsewhere", () => {
    const meeting = waiting(({ net, gateways }) => void net.at(10_000, () => gateways.a?.reboot()), {
      a: { place: { ...home, allocation: "random" } },
    });
    expect(meeting.tookMs).toBe(101.5);
  });

  test("it changes its address in the very moment that the partner comes", () => {
    const meeting = waiting(({ net, hosts }) => net.at(LATE_MS - 10, () => hosts.a.moveTo(net)));
    expect(meeting.tookMs).toBeLessThan(1200);
  });

  test("its process sleeps through the partner's first tries", () => {
    const meeting = waiting(({ net, peers }) => {
      net.at(10_000, () => peers.a.pause());
      net.at(LATE_MS + 3000, () => peers.a.resume());
    });
    expect(meeting.tookMs).toBeGreaterThan(3000);
    expect(meeting.tookMs).toBeLessThan(4200);
  });
});

test("a partner that was killed in its drill and started again on the same port is met at once", () => {
  const meeting = meet({
    seed: 1,
    a: { place: home },
    b: { place: home, startsAtMs: 5000 },
    prepare: ({ net, hosts }) => {
      // What control heard of the first b; a has drilled in vain since and knocks once a second.
      const from = { address: hosts.b.addresses[0] ?? "", port: 5000 };
      const bytes = createV1Envelope(secretBytes("Secret")).seal(v1.encode({ type: "announce", slot: "b" }));
      net.at(2000, () => hosts.b.sendRaw({ from, to: CONTROL, bytes }));
    },
  });
  expect(meeting.tookMs).toBeLessThan(150);
});

test("junk at 5,000 datagrams a second, at control and at both peers, delays nobody", () => {
  const meeting = meet({
    seed: 1,
    a: {},
    b: { startsAtMs: 1000 },
    prepare: ({ net, hosts }) => {
      const attacker = net.host("attacker");
      const targets = [
        CONTROL,
        ...[hosts.a, hosts.b].map(({ addresses }) => ({ address: addresses[0] ?? "", port: 5000 })),
      ];
      for (let ms = 500; ms < 1500; ms += 0.6) {
        net.at(ms, () => {
          for (const to of targets)
            attacker.sendRaw({
              from: { address: attacker.addresses[0] ?? "", port: 666 },
              to,
              bytes: new Uint8Array(42),
            });
        });
      }
    },
  });
  expect(meeting.tookMs).toBe(100);
});

test("over IPv6, behind firewalls on both sides, they meet as fast", () => {
  const meeting = meet({ seed: 1, ip: "ipv6", a: { place: "firewall" }, b: { place: "firewall", startsAtMs: 1000 } });
  expect(meeting.tookMs).toBeLessThan(150);
  expect(meeting.holes.a?.address).toContain(":");
});
