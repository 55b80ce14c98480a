import { createHash, randomBytes } from "node:crypto";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, inject, it } from "vitest";
import type { Machine } from "../../src/lab/lab.js";
import { pidsIn } from "../../src/lab/namespaces.js";
import { IN_LABS, lacking } from "../../src/lab/requirements.js";
import { Neighbourhood, stepsOf } from "../../src/lab/walkthrough.js";

const root = resolve(import.meta.dirname, "../../..");
const page = join(root, "docs/openvpn.md");
const start = join(root, "docs/getting-started.md");
const UP = /Initialization Sequence Completed/;

/** Two machines with a script of examples/ and what all of them need. */
function neighbourhoodWith(script: string): Neighbourhood {
  const net = new Neighbourhood(inject("everything"));
  for (const name of ["a", "b"] as const) {
    cpSync(join(root, "examples", script), join(net.home(name), script));
  }
  return net;
}

/** The same, with the page's first three steps done: control runs, all have the secret. */
async function preparedNeighbourhood(script: string): Promise<Neighbourhood> {
  const net = neighbourhoodWith(script);
  await net.follow(stepsOf(page, /^## [1-3]\./));
  return net;
}

/** Sends a megabyte by TCP to an address of the link; whether it arrives as it was. */
async function carriesMegabyte(net: Neighbourhood, from: "a" | "b", to: "a" | "b"): Promise<boolean> {
  const address = to === "a" ? "10.77.0.1" : "10.77.0.2";
  const bytes = randomBytes(1 << 20);
  writeFileSync(join(net.home(from), "megabyte"), bytes);
  const server = `require("net").createServer((socket) => {
    const hash = require("crypto").createHash("sha256");
    socket.on("data", (data) => hash.update(data)).on("end", () => { console.log(hash.digest("hex")); process.exit(); });
  }).listen(9000, "${address}", () => console.log("listening"));`;
  const receiver = net.type(to, `exec node -e '${server}'`);
  await receiver.saw(/listening/);
  const client = `require("fs").createReadStream("megabyte").pipe(require("net").connect(9000, "${address}"));`;
  net.type(from, `exec node -e '${client}'`);
  const [hash] = await receiver.saw(/[0-9a-f]{64}/);
  return hash === createHash("sha256").update(bytes).digest("hex");
}

async function expectLink(net: Neighbourhood): Promise<void> {
  expect(net.machines.a.run("ping", "-c", "3", "-i", "0.2", "-W", "5", "10.77.0.2")).toContain("3 received");
  expect(net.machines.b.run("ping", "-c", "3", "-i", "0.2", "-W", "5", "10.77.0.1")).toContain("3 received");
  expect(await carriesMegabyte(net, "a", "b")).toBe(true);
  expect(await carriesMegabyte(net, "b", "a")).toBe(true);
}

/** The program of that name on a machine. */
function pidOf(machine: Machine, program: string): number {
  const pid = pidsIn(machine.namespace).find((each) => readFileSync(`/proc/${each}/comm`, "utf8").trim() === program);
  if (pid === undefined) throw new Error(`no ${program} runs in ${machine.namespace}`);
  return pid;
}

it.each([page, start])("every step of %s that is said to be followed here is found", (each) => {
  const said = readFileSync(each, "utf8").match(/vpn\.test\.ts follows this page/g);
  expect(stepsOf(each, /^## /)).toHaveLength(said?.length ?? 0);
});

describe.skipIf(lacking("openvpn", "openssl", "ping"))("OpenVPN between two home routers", IN_LABS, () => {
  it("docs/openvpn.md, followed word for word, ends in a link by TLS", async () => {
    using net = neighbourhoodWith("openvpn-tls.sh");
    await net.follow(stepsOf(page, /^## [1-5]\./));
    await expectLink(net);
  });

  it("docs/openvpn.md, followed with a static key, ends in a link as well", async () => {
    using net = await preparedNeighbourhood("openvpn-static.sh");
    const steps = stepsOf(page, /^## With a static key/);
    await net.follow(steps.slice(0, 1));
    cpSync(join(net.home("a"), "openvpn.key"), join(net.home("b"), "openvpn.key"));
    await net.follow(steps.slice(1));
    await expectLink(net);
  });

  it.each([1, 2])("a fifth of all datagrams is lost, time %d: there is a link all the same, by v2", async () => {
    using net = await preparedNeighbourhood("openvpn-static.sh");
    await net.follow([{ machines: ["a"], commands: "openvpn --genkey secret openvpn.key", until: null }]);
    cpSync(join(net.home("a"), "openvpn.key"), join(net.home("b"), "openvpn.key"));
    net.lose(20);
    const sides = (["a", "b"] as const).map((slot) =>
      net.type(slot, `CONTROL=198.51.100.1:7777 SLOT=${slot} exec sh openvpn-static.sh`),
    );
    await Promise.all(sides.map((side) => side.saw(UP)));
    // One try for both: who had handed over alone would have had to start anew.
    for (const side of sides) expect(side.stderr.match(/connected by v2/g)).toHaveLength(1);
    expect(net.machines.a.run("ping", "-c", "20", "-i", "0.2", "10.77.0.2")).toMatch(/ (?!0 )\d+ received/);
  });

  it("the link comes back by itself when one OpenVPN is killed, and ends when a side is stopped", async () => {
    using net = await preparedNeighbourhood("openvpn-static.sh");
    await net.follow([{ machines: ["a"], commands: "openvpn --genkey secret openvpn.key", until: null }]);
    cpSync(join(net.home("a"), "openvpn.key"), join(net.home("b"), "openvpn.key"));
    const start = (slot: "a" | "b") =>
      net.type(slot, `CONTROL=198.51.100.1:7777 SLOT=${slot} SILENCE=8 exec sh openvpn-static.sh`);
    const [a, b] = [start("a"), start("b")];
    await Promise.all([a.saw(UP), b.saw(UP)]);
    process.kill(pidOf(net.machines.b, "openvpn"), "SIGKILL");
    await Promise.all([a, b].map((side) => side.saw(new RegExp(`(${UP.source}.*){2}`, "s"))));
    expect(net.machines.a.run("ping", "-c", "1", "-W", "5", "10.77.0.2")).toContain("1 received");

    a.kill("SIGTERM");
    expect(await a.ended).toEqual({ code: 0, signal: null });
    await b.saw(/(command ended.*){2}/s);
    b.kill("SIGTERM");
    expect(await b.ended).toEqual({ code: 1, signal: null });
  });
});

describe.skipIf(lacking("wg", "wireguard-go", "ping"))("WireGuard between two home routers", IN_LABS, () => {
  it("docs/getting-started.md, followed word for word, ends in a link", async ({ onTestFinished }) => {
    using net = neighbourhoodWith("wireguard.sh");
    // wireguard-go's control sockets are files, which namespaces neither keep apart nor remove.
    const device = (machine: string) => ({ DEVICE: `wgs${machine}${process.pid}` });
    for (const { DEVICE } of [device("a"), device("b")]) {
      onTestFinished(() => rmSync(`/run/wireguard/${DEVICE}.sock`, { force: true }));
    }
    await net.follow(stepsOf(start, /^## [2-6]\./), { a: device("a"), b: device("b") });
    await expectLink(net);
  });

  it("examples/wireguard.sh makes a link, and makes it anew when one side was stopped", async ({ onTestFinished }) => {
    using net = await preparedNeighbourhood("wireguard.sh");
    const key = "wg genkey | tee wireguard.key | wg pubkey >public.key";
    await net.follow([{ machines: ["a", "b"], commands: key, until: null }]);
    const start = (slot: "a" | "b", other: "a" | "b") => {
      const peer = readFileSync(join(net.home(other), "public.key"), "utf8").trim();
      // wireguard-go's control sockets are files, which namespaces neither keep apart nor remove.
      const device = `wg${slot}${process.pid}`;
      onTestFinished(() => rmSync(`/run/wireguard/${device}.sock`, { force: true }));
      const settings = `CONTROL=198.51.100.1:7777 SLOT=${slot} PEER=${peer} SILENCE=8 DEVICE=${device}`;
      return net.type(slot, `${settings} exec sh wireguard.sh`);
    };
    const a = start("a", "b");
    const b = start("b", "a");
    await Promise.all([a.saw(/link to 10.77.0.2/), b.saw(/link to 10.77.0.1/)]);
    await expectLink(net);

    a.kill("SIGTERM");
    await a.ended;
    expect(net.machines.a.run("ip", "link")).not.toContain("wg");
    const again = start("a", "b");
    await Promise.all([again.saw(/link to/), b.saw(/nothing heard.*link to 10.77.0.1/s)]);
    expect(net.machines.b.run("ping", "-c", "1", "-W", "5", "10.77.0.1")).toContain("1 received");
    for (const side of [again, b]) side.kill("SIGTERM");
    await Promise.all([again.ended, b.ended]);
  });
});
