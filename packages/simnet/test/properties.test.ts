import { formatEndpoint } from "@netpunch/wire";
import fc from "fast-check";
import { expect, test } from "vitest";
import { REMOTE_PART } from "../src/behaviour.js";
import { type Fate, formatTrace, type Nat } from "../src/index.js";
import { build, pick, play, scenarios, take, type World } from "./scenario.js";

const RUNS = { numRuns: 150 };

test("the same seed and scenario give the same trace, byte for byte", () => {
  fc.assert(
    fc.property(scenarios, (scenario) => {
      const traces = [1, 2].map(() => {
        const world = build(scenario);
        play(scenario, world);
        return formatTrace(world.net.trace);
      });
      expect(traces[0]).toBe(traces[1]);
    }),
    RUNS,
  );
});

test("one more host, and its traffic, changes nobody else's luck", () => {
  fc.assert(
    fc.property(scenarios, (scenario) => {
      const [plain, crowded] = [build(scenario), build(scenario)];
      const watcher = crowded.net.host("one more", { address: "192.0.2.200" }).socket();
      const listener = crowded.net.host("and another", { address: "192.0.2.201" }).socket({ port: 9 });
      for (let ms = 0; ms < 100; ms += 7) crowded.net.at(ms, () => watcher.send(listener.local, new Uint8Array(1)));
      play(scenario, plain);
      play(scenario, crowded);
      const strangers = new Set(
        crowded.net.trace.filter(({ from }) => from.address === "192.0.2.200").map(({ id }) => id),
      );
      const withoutIds = (trace: readonly Fate[]) => formatTrace(trace).replaceAll(/#\d+/g, "#");
      expect(withoutIds(crowded.net.trace.filter(({ id }) => !strangers.has(id)))).toBe(withoutIds(plain.net.trace));
    }),
    RUNS,
  );
});

test("every datagram, copies too, has one birth and one final fate once the network is at rest", () => {
  fc.assert(
    fc.property(scenarios, (scenario) => {
      const world = build(scenario);
      play(scenario, world);
      const births = new Map<number, number>();
      const ends = new Map<number, number>();
      const count = (into: Map<number, number>, id: number) => into.set(id, (into.get(id) ?? 0) + 1);
      for (const { id, type } of world.net.trace) {
        if (type === "sent" || type === "injected" || type === "duplicated") count(births, id);
        if (type === "delivered" || type === "dropped") count(ends, id);
        if (type !== "sent" && type !== "injected" && type !== "duplicated") expect(births.get(id)).toBe(1);
      }
      expect([...ends.keys()].sort(byNumber)).toEqual([...births.keys()].sort(byNumber));
      expect([...births.values(), ...ends.values()].every((times) => times === 1)).toBe(true);
      const { sent, duplicated, delivered, dropped, inFlight } = world.net.stats;
      expect([sent + duplicated, delivered + dropped, inFlight]).toEqual([births.size, ends.size, 0]);
    }),
    RUNS,
  );
});

test("the trace never goes back in time, and its times are those of the hops", () => {
  fc.assert(
    fc.property(scenarios, (scenario) => {
      const world = build(scenario);
      play(scenario, world);
      let last = 0;
      const arrivals = new Map<number, number>();
      for (const fate of world.net.trace) {
        expect(fate.at).toBeGreaterThanOrEqual(last);
        last = fate.at;
        const due = arrivals.get(fate.id);
        const isCut = fate.type === "dropped" && fate.reason === "link-down";
        if (due !== undefined && !isCut) expect(fate.at).toBe(due);
        if (fate.type === "hop") arrivals.set(fate.id, fate.arrivesAt);
      }
    }),
    RUNS,
  );
});

/** A second opinion on a NAT's filter: when whose datagram last went out by which external endpoint, from the trace alone. */
class Witness {
  readonly #openedAt = new Map<string, number>();
  checked = 0;

  forget(nat: Nat): void {
    for (const key of this.#openedAt.keys()) if (key.startsWith(`${nat.name}|`)) this.#openedAt.delete(key);
  }

  watch(fate: Fate, nat: Nat): void {
    if (fate.type !== "translated") return;
    const { filtering, mappingLifetimeMs, inboundRefresh } = nat.behaviour;
    const [inside, remote] = fate.field === "source" ? [fate.from, fate.to] : [fate.was, fate.from];
    const key = `${nat.name}|${formatEndpoint(inside)}|${REMOTE_PART[filtering](remote)}`;
    if (fate.field === "destination") {
      const openedAt = this.#openedAt.get(key);
      expect(openedAt, `${key} was opened`).toBeDefined();
      expect(fate.at - (openedAt ?? 0), `${key} is still open`).toBeLessThan(mappingLifetimeMs);
      this.checked++;
    }
    if (fate.field === "source" || inboundRefresh === "on") this.#openedAt.set(key, fate.at);
  }
}

test("nothing comes in by a NAT but from where something went out, by the same external endpoint and not too long ago", () => {
  let checked = 0;
  fc.assert(
    fc.property(scenarios, (scenario) => {
      const witness = new Witness();
      const world: World = build(scenario, {
        onFate: (fate) => {
          const nat = world.nats.find(({ name }) => name === fate.node);
          if (nat !== undefined) witness.watch(fate, nat);
        },
      });
      for (const step of scenario.steps) {
        if (step.type === "reboot" || step.type === "readdress") witness.forget(pick(world.nats, step.nat));
        take(step, world);
      }
      world.net.run();
      checked += witness.checked;
    }),
    RUNS,
  );
  expect(checked, "the scenarios are about something").toBeGreaterThan(RUNS.numRuns);
});

test("no two live mappings of a NAT share an external port, and each port is in range", () => {
  fc.assert(
    fc.property(scenarios, fc.integer({ min: 1, max: 6 }), (scenario, size) => {
      const nats = scenario.nats.map((nat) => ({ ...nat, portRange: [5000, 4999 + size] as const }));
      const world = build({ ...scenario, nats });
      play({ ...scenario, nats }, world);
      for (const nat of world.nats) {
        const ports = nat.mappings().map(({ external }) => external.port);
        expect(new Set(ports).size).toBe(ports.length);
        expect(ports.every((port) => port >= 5000 && port < 5000 + size)).toBe(true);
      }
    }),
    RUNS,
  );
});

function byNumber(a: number, b: number): number {
  return a - b;
}
