import { describe, expect, test } from "vitest";
import { createInternet, natPresets } from "../src/index.js";
import { endpoint, HELLO, say, wait } from "./lab.js";

const INSIDE = "192.168.1.2";
const AFTERWARDS = "192.168.1.3";

function lab(preset: keyof typeof natPresets) {
  const net = createInternet({ seed: 1 });
  const nat = net.nat("router", { ...natPresets[preset], address: "203.0.113.1" });
  const host = nat.host("inside", { address: INSIDE });
  const partner = net.host("partner", { address: "203.0.113.2" }).socket({ port: 5000 });
  const control = net.host("control", { address: "198.51.100.1" }).socket({ port: 7777 });
  return { net, nat, host, partner, control };
}

describe("a table of conntrack's", () => {
  test("keeps a port towards everybody as long as no entry is in the way", () => {
    const { net, host, partner, control } = lab("dockerHost");
    const inside = host.socket({ port: 5000 });
    expect(say(net, inside, control, control)).toBe("203.0.113.1:5000");
    expect(say(net, inside, partner, partner)).toBe("203.0.113.1:5000");
    expect(say(net, partner, endpoint("203.0.113.1", 5000), inside)).toBe("203.0.113.2:5000");
  });

  test("lets nobody in but the endpoints that were sent to", () => {
    const { net, host, partner, control } = lab("openWrt");
    const inside = host.socket({ port: 5000 });
    say(net, inside, control, control);
    expect(say(net, partner, endpoint("203.0.113.1", 5000), inside)).toBeNull();
  });

  test("unfiltered, a stranger who comes first takes the port towards itself, and only that", () => {
    const { net, host, partner, control } = lab("dockerHost");
    const inside = host.socket({ port: 5000 });
    partner.send(endpoint("203.0.113.1", 5000), HELLO);
    net.run();
    expect(say(net, inside, control, control)).toBe("203.0.113.1:5000");
    const elsewhere = say(net, inside, partner, partner);
    expect(elsewhere).toMatch(/^203\.0\.113\.1:(?!5000$)/);
    expect(say(net, partner, endpoint("203.0.113.1", 5000), inside), "it is the router's own conversation").toBeNull();
  });

  test("a machine whose port was taken has the other one for new conversations as well", () => {
    const { net, host, partner } = lab("dockerHost");
    const inside = host.socket({ port: 5000 });
    partner.send(endpoint("203.0.113.1", 5000), HELLO);
    net.run();
    const elsewhere = say(net, inside, partner, partner);
    const another = net.host("another").socket({ port: 6000 });
    expect(say(net, inside, another, another)).toBe(elsewhere);
  });

  test("filtered, a stranger leaves nothing", () => {
    const { net, host, partner } = lab("openWrt");
    const inside = host.socket({ port: 5000 });
    partner.send(endpoint("203.0.113.1", 5000), HELLO);
    net.run();
    expect(say(net, inside, partner, partner)).toBe("203.0.113.1:5000");
  });

  test.each([
    { everyMs: 29_000, where: /:(?!5000$)/ },
    { everyMs: 31_000, where: /:5000$/ },
  ])("a stranger's entry is forgotten 30 s after its last datagram: one each $everyMs ms", ({ everyMs, where }) => {
    const { net, host, partner } = lab("dockerHost");
    const inside = host.socket({ port: 5000 });
    for (let sent = 0; sent < 4; sent++) {
      partner.send(endpoint("203.0.113.1", 5000), HELLO);
      wait(net, everyMs);
    }
    expect(say(net, inside, partner, partner)).toMatch(where);
  });

  test.each(["openWrt", "dockerHost"] as const)(
    "%s: the entry of a former address is in the way of the new one",
    (preset) => {
      const { net, host, partner, control } = lab(preset);
      const inside = host.socket({ port: 5000 });
      expect(say(net, inside, partner, partner)).toBe("203.0.113.1:5000");
      host.setAddress(AFTERWARDS);
      expect(say(net, inside, control, control)).toBe("203.0.113.1:5000");
      expect(say(net, inside, partner, partner)).toMatch(/:(?!5000$)/);
      partner.send(endpoint("203.0.113.1", 5000), HELLO);
      wait(net, 119_000);
      const fresh = host.socket({ port: 6000 });
      expect(say(net, fresh, partner, partner), "another port is free").toBe("203.0.113.1:6000");
    },
  );

  test("a reboot and another address forget all", () => {
    const { net, nat, host, partner } = lab("dockerHost");
    const inside = host.socket({ port: 5000 });
    partner.send(endpoint("203.0.113.1", 5000), HELLO);
    net.run();
    expect(nat.mappings(), "it is nobody's inside").toEqual([]);
    nat.reboot();
    expect(say(net, inside, partner, partner)).toBe("203.0.113.1:5000");
    expect(nat.mappings()).toMatchObject([
      { internal: { port: 5000 }, external: { port: 5000 }, remote: "203.0.113.2:5000" },
    ]);
    nat.setAddress("203.0.113.9");
    expect(say(net, inside, partner, partner)).toBe("203.0.113.9:5000");
  });
});
