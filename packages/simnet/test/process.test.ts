import type { Datagram, Input } from "@netpunch/transport";
import { expect, test } from "vitest";
import { createInternet, replay, SimnetError } from "../src/index.js";
import { drops, endpoint, HELLO, say, wait } from "./lab.js";
import { createEcho, createPinger, ToyCore } from "./toy-core.js";

function send(remote: Datagram["remote"], bytes = HELLO, socket = 0) {
  return { type: "send", datagram: { socket, remote, bytes } } as const;
}

test("a core asks until it is answered, to the millisecond of its deadlines", () => {
  const net = createInternet({ seed: 1, link: { latencyMs: 25 } });
  const server = net.host("server");
  const pinger = net.host("client").run(createPinger(endpoint(server.addresses[0] as string, 7)), { startAtMs: 40 });
  const echo = server.run(createEcho(), { port: 7, startAtMs: 250 });
  expect(net.run()).toBe("idle");
  expect((pinger.core as ToyCore).log).toEqual(["start at 40", "wake at 140", "wake at 240", "datagram at 290"]);
  expect(pinger.events).toEqual([{ at: 290, event: "answered" }]);
  expect([pinger.doneAt, pinger.sent, pinger.received, echo.sent, echo.received]).toEqual([290, 3, 1, 1, 1]);
  expect(drops(net), "nobody listens before the start").toEqual([
    "server: dropped: port 7 closed",
    "server: dropped: port 7 closed",
  ]);
});

test("the clock starts where it is told, and a core's instants are its", () => {
  const net = createInternet({ seed: 1, startAtMs: 1_000_000 });
  const { core } = net.host("a").run(new ToyCore());
  net.run();
  expect((core as ToyCore).log).toEqual(["start at 1000000"]);
});

test("a core is woken at its deadline as it stands after the last call, not at an older one", () => {
  const net = createInternet({ seed: 1 });
  const deadlines = [100, 30, 200];
  const core = new ToyCore(function (input, now) {
    const inMs = input.type === "wake" ? undefined : deadlines.shift();
    this.deadline = inMs === undefined ? null : { at: now + inMs, why: "next" };
    return [];
  });
  const running = net.host("a").run(core, { port: 1 });
  const other = net.host("b").socket();
  for (const ms of [10, 20]) net.at(ms, () => other.send(running.local, HELLO));
  net.run();
  expect(core.log).toEqual(["start at 0", "datagram at 10", "datagram at 20", "wake at 220"]);
});

test("a deadline that has passed wakes the core at once, and a deadline at infinity never", () => {
  const net = createInternet({ seed: 1, startAtMs: 500 });
  const core = new ToyCore(function (input) {
    this.deadline = { at: input.type === "start" ? 3 : Number.POSITIVE_INFINITY, why: "late" };
    return [];
  });
  net.host("a").run(core);
  expect(net.run()).toBe("idle");
  expect(core.log).toEqual(["start at 500", "wake at 500"]);
});

test("a core that keeps a deadline which has passed is named, with its deadline's reason", () => {
  const net = createInternet({ seed: 1 });
  const core = new ToyCore(function () {
    this.deadline = { at: 10, why: "pinging 3/10" };
    return [];
  });
  net.host("a").run(core);
  expect(() => net.run()).toThrow(
    new SimnetError(
      "core-busy",
      'the core on a was woken 1000 times at 10 ms and keeps its deadline "pinging 3/10", due at 10 ms',
    ),
  );
});

test("two that answer each other without latency are stopped", { timeout: 60_000 }, () => {
  const net = createInternet({ seed: 1, trace: "off" });
  const a = net.host("a").run(createEcho(), { port: 1 });
  const b = net.host("b").run(createEcho(), { port: 2 });
  net.inject({ from: a.local, to: b.local, bytes: HELLO });
  expect(() => net.run()).toThrow(
    expect.objectContaining({ code: "clock-stuck", message: "1000000 events at 0 ms and more to come" }),
  );
});

test("a core that throws is named, with the instant, the input and the cause", () => {
  const net = createInternet({ seed: 1 });
  const cause = new TypeError("undefined is not a function");
  net.host("a").run(
    new ToyCore(() => {
      throw cause;
    }),
    { startAtMs: 12.5 },
  );
  expect(() => net.run()).toThrow(
    expect.objectContaining({ code: "core-threw", message: 'the core on a threw at 12.5 ms, on "start"', cause }),
  );
});

test("a core that sends from a socket that it does not have, or waits for no number, is told so", () => {
  const net = createInternet({ seed: 1 });
  net.host("a").run(new ToyCore(() => [send(endpoint("192.0.2.1", 1), HELLO, 1)]));
  expect(() => net.run()).toThrow(
    new SimnetError("core-broke-contract", "the core on a sent from socket 1, which it does not have"),
  );
  const core = new ToyCore(function () {
    this.deadline = { at: Number.NaN, why: "arithmetic" };
    return [];
  });
  net.host("b").run(core);
  expect(() => net.run()).toThrow(
    new SimnetError("core-broke-contract", 'the core on b has a deadline at NaN: "arithmetic"'),
  );
});

test("bytes that come in are lent for the call: a core that keeps the view finds them written over", () => {
  const net = createInternet({ seed: 1 });
  const kept: Uint8Array[] = [];
  const core = new ToyCore((input) => {
    if (input.type === "datagram") kept.push(input.datagram.bytes);
    return [];
  });
  const running = net.host("a").run(core, { port: 1 });
  const other = net.host("b").socket();
  net.run();
  other.send(running.local, HELLO);
  net.run();
  expect(core.told.at(-1)?.input).toMatchObject({ datagram: { bytes: HELLO } });
  expect(kept[0]).toEqual(new Uint8Array(HELLO.length).fill(0xdd));
});

test("what a core passes belongs to the application, which sends from the same port", () => {
  const net = createInternet({ seed: 1 });
  const heard: string[] = [];
  const core = new ToyCore((input) => (input.type === "datagram" ? [{ type: "pass", datagram: input.datagram }] : []));
  const app = net.host("a").run(core, {
    port: 1,
    onPass: ({ remote, bytes }, running) => {
      heard.push(new TextDecoder().decode(bytes));
      running.send(remote, bytes);
    },
  });
  const other = net.host("b").socket({ port: 2 });
  net.run();
  expect(say(net, other, app.local, other), "the answer of the application").toBe("198.18.0.2:1");
  expect(heard).toEqual(["hello"]);
  expect(app.passed).toEqual([{ at: 0, socket: 0, remote: other.local, bytes: HELLO }]);
  expect([app.sent, app.received]).toEqual([1, 1]);
});

test("what a core offers to other cores never reaches the application", () => {
  const net = createInternet({ seed: 1 });
  const core = new ToyCore((input) => (input.type === "datagram" ? [{ type: "offer", datagram: input.datagram }] : []));
  const app = net.host("a").run(core, { port: 1, onPass: () => expect.unreachable() });
  net.host("b").socket({ port: 2 }).send(app.local, HELLO);
  net.run();
  expect([app.received, app.passed]).toEqual([1, []]);
});

test("names are looked up by the option, at the time of asking", () => {
  const net = createInternet({ seed: 1 });
  const answers: Input[] = [];
  const core = () =>
    new ToyCore(function (input, now) {
      if (input.type === "resolved" || input.type === "resolveFailed") answers.push(input);
      if (now >= 100) return [];
      this.deadline = input.type === "start" ? { at: 100, why: "again" } : null;
      return input.type === "start" ? [{ type: "resolve" }] : [];
    });
  const [one, two] = [endpoint("192.0.2.1", 7), endpoint("192.0.2.2", 7)];
  net.host("a").run(core(), { resolve: [one] });
  net.host("b").run(core(), { resolve: (now) => (now < 30 ? [two] : []), resolveMs: 20 });
  net.host("c").run(core());
  net.host("d").run(core(), {
    resolve: () => {
      throw new Error("no such name");
    },
  });
  net.run();
  expect(
    answers.map((input) =>
      input.type === "resolved" ? input.endpoints : input.type === "resolveFailed" ? input.error.message : "",
    ),
  ).toEqual([[one], "the name has no address", "no such name", [two]]);
});

test("a refused send comes back to the core, if it wants that", () => {
  const refused = (sendErrors: "report" | "ignore") => {
    const net = createInternet({ seed: 1 });
    const host = net.host("a");
    host.link.down();
    const core = new ToyCore((input) =>
      input.type === "start"
        ? [
            send(endpoint("192.0.2.1", 7)),
            send(endpoint("2001:db8::9", 7)),
            send(endpoint("192.0.2.1", 7), new Uint8Array(65_508)),
          ]
        : [],
    );
    host.run(core, { sendErrors });
    net.run();
    return {
      errors: core.told.map(({ input }) => (input.type === "sendFailed" ? input.error.message : input.type)),
      drops: drops(net),
    };
  };
  const dropped = ["a: dropped: link a is down", "a: dropped: link a is down", "a: dropped: too big for UDP"];
  expect(refused("report")).toEqual({
    errors: ["start", "send ENETDOWN 192.0.2.1:7", "send ENETDOWN [2001:db8::9]:7", "send EMSGSIZE 192.0.2.1:7"],
    drops: dropped,
  });
  expect(refused("ignore")).toEqual({ errors: ["start"], drops: dropped });
});

test("a host without IPv6 has no route to it", () => {
  const net = createInternet({ seed: 1 });
  const core = new ToyCore((input) => (input.type === "start" ? [send(endpoint("2001:db8::9", 7))] : []));
  net.host("a").run(core);
  net.run();
  expect(core.told.at(-1)?.input).toMatchObject({
    type: "sendFailed",
    error: { message: "send ENETUNREACH [2001:db8::9]:7", code: "ENETUNREACH" },
  });
});

test("a core with several sockets hears and speaks on each", () => {
  const net = createInternet({ seed: 1 });
  const server = net.host("server", { address: ["192.0.2.1", "192.0.2.2"] }).run(createEcho(), {
    sockets: [
      { address: "192.0.2.1", port: 7 },
      { address: "192.0.2.2", port: 7 },
    ],
  });
  const client = net.host("client").socket();
  net.run();
  expect(server.locals.map((local) => say(net, client, local, client))).toEqual(["192.0.2.1:7", "192.0.2.2:7"]);
});

test("a process that sleeps misses its deadlines; awake, it hears first what waited", () => {
  const net = createInternet({ seed: 1 });
  const core = new ToyCore(function (input) {
    if (input.type === "start") this.deadline = { at: 50, why: "tick" };
    if (input.type === "wake") this.deadline = null;
    return [];
  });
  const running = net.host("a").run(core, { port: 1 });
  const other = net.host("b").socket();
  net.at(10, () => running.pause());
  net.at(20, () => other.send(running.local, HELLO));
  net.at(500, () => running.resume());
  net.run();
  expect(core.log).toEqual(["start at 0", "datagram at 500", "wake at 500"]);
  expect(() => running.resume()).toThrow('"resume" expected a paused process, got one that is running');
});

test("a sleeper's receive buffer is as small as a kernel's", () => {
  const net = createInternet({ seed: 1 });
  const running = net.host("a").run(new ToyCore(), { port: 1 });
  const other = net.host("b").socket();
  net.run();
  running.pause();
  for (let i = 0; i < 300; i++) other.send(running.local, HELLO);
  net.run();
  expect(net.stats).toMatchObject({ delivered: 277, droppedBy: { "receive-buffer-full": 23 } });
  running.resume();
  net.run();
  expect((running.core as ToyCore).told).toHaveLength(1 + 277);
});

test("a closed process is told nothing more, and its port is free", () => {
  const net = createInternet({ seed: 1 });
  const host = net.host("a");
  const running = host.run(createPinger(endpoint("192.0.2.1", 7)), { port: 5000 });
  const other = net.host("b").socket();
  net.at(250, () => running.close());
  net.at(300, () => other.send(running.local, HELLO));
  net.run();
  expect(running.state).toBe("closed");
  expect((running.core as ToyCore).log).toEqual(["start at 0", "wake at 100", "wake at 200"]);
  expect(drops(net).at(-1)).toBe("a: dropped: port 5000 closed");
  const next = host.socket({ port: 5000 });
  wait(net, 1);
  expect(say(net, other, next, next)).not.toBeNull();
  expect(() => running.send(other.local, HELLO)).toThrow(
    '"send" expected an open socket, got one that is closed (port 5000)',
  );
});

test("a callback may close the process in the middle of its outputs: nothing is sent from a port given back", () => {
  const net = createInternet({ seed: 1 });
  const core = new ToyCore(() => [{ type: "event", event: "enough" }, send(endpoint("192.0.2.1", 7))]);
  const running = net.host("a").run(core, { onEvent: (_event, self) => self.close() });
  net.run();
  expect([running.sent, net.stats.sent]).toEqual([0, 0]);
});

test("an owner may close the process as soon as the core is done, once", () => {
  const net = createInternet({ seed: 1 });
  const doneAt: number[] = [];
  const core = new ToyCore((input) => (input.type === "datagram" ? [{ type: "done" }, { type: "done" }] : []));
  const running = net.host("a").run(core, {
    port: 1,
    onDone: (self) => {
      doneAt.push(net.now);
      self.close();
    },
  });
  const other = net.host("b").socket();
  for (const ms of [5, 6]) net.at(ms, () => other.send(running.local, HELLO));
  net.run();
  expect(doneAt).toEqual([5]);
  expect(drops(net)).toEqual(["a: dropped: port 1 closed"]);
});

test("a recording tells a fresh core the same, and it answers the same", () => {
  const net = createInternet({ seed: 3, link: { latencyMs: 25, jitterMs: 10, loss: 0.5 } });
  const server = net.host("server").run(createEcho(), { port: 7 });
  const pinger = net.host("client").run(createPinger(server.local), { record: "inputs" });
  net.run();
  expect(pinger.inputs.length).toBeGreaterThan(2);
  const answers = replay(createPinger(server.local), pinger.inputs).flat();
  expect(answers.filter(({ type }) => type === "send")).toHaveLength(pinger.sent);
  expect(answers.at(-1)).toEqual({ type: "done" });
  expect(server.inputs, "nothing is recorded unasked").toEqual([]);
});
