import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { startControl } from "@netpunch/control";
import { type Hole, type PartnerChange, punch } from "@netpunch/peer";
import { expect, onTestFinished, test } from "vitest";

/** Sessions over loopback whose sockets the application brings. A generated secret, so that nobody waits for scrypt. */
const SECRET = "np2_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (data: Uint8Array) => new TextDecoder().decode(data);

async function open(address = "127.0.0.1"): Promise<Socket> {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4").bind(0, address);
  await once(socket, "listening");
  onTestFinished(() => {
    socket.close();
  });
  return socket;
}

async function control(): Promise<string> {
  const node = await startControl({ local: "127.0.0.1:0", secret: SECRET });
  onTestFinished(() => node.close());
  return `127.0.0.1:${node.addresses[0]?.port}`;
}

function warnings(): Error[] {
  const seen: Error[] = [];
  const see = (warning: Error) => seen.push(warning);
  process.on("warning", see);
  onTestFinished(() => {
    process.off("warning", see);
  });
  return seen;
}

async function first(hole: Hole): Promise<string> {
  for await (const message of hole.messages) return text(message);
  throw new Error("the hole ended");
}

/** What arrives of a word that is said until it does, as a datagram may be lost. */
async function carried(from: Hole, to: Hole, word: string): Promise<string> {
  const say = () => from.send(bytes(word));
  const again = setInterval(say, 250);
  say();
  const heard = await first(to);
  clearInterval(again);
  return heard;
}

const names = Array.from({ length: 20 }, (_, index) => `session ${index}`);

test("twenty sessions at once on one socket all meet, and the application sees its datagrams and no other", async () => {
  const warned = warnings();
  const server = await open();
  const seen: string[] = [];
  server.on("message", (data) => seen.push(text(data)));
  const at = { control: await control(), secret: SECRET, timeoutMs: 20_000 };
  const { signal } = new AbortController();
  const pairs = await Promise.all(
    names.map(async (session) => {
      const client = await open();
      return Promise.all([
        punch({ ...at, session, socket: server, signal }),
        punch({ ...at, session, socket: client, signal }),
      ]);
    }),
  );
  await Promise.all(
    pairs.map(async ([a, b], index) => {
      expect(b.remote.port).toBe(server.address().port);
      expect(await carried(b, a, `to the server ${index}`)).toBe(`to the server ${index}`);
      expect(await carried(a, b, `to the client ${index}`)).toBe(`to the client ${index}`);
    }),
  );
  await Promise.all(pairs.flat().map((hole) => hole.release()));
  expect(new Set(seen)).toEqual(new Set(names.map((_, index) => `to the server ${index}`)));
  expect(warned).toEqual([]);
});

test("a session may come to a socket on which an earlier one of the same name has just ended", async () => {
  const [one, two] = [await open(), await open()];
  const at = { control: await control(), secret: SECRET, session: "again", timeoutMs: 20_000 };
  for (let round = 0; round < 3; round += 1) {
    const holes = await Promise.all([punch({ ...at, socket: one }), punch({ ...at, socket: two })]);
    await Promise.all(holes.map((hole) => hole.release()));
  }
  expect(one.listenerCount("error")).toBeLessThanOrEqual(1);
});

test("after release() the listeners on the caller's socket still see none of the partner's late words", async () => {
  const at = { control: await control(), secret: SECRET, timeoutMs: 20_000 };
  // The outcome hangs on who is first, so several times.
  for (let round = 0; round < 8; round += 1) {
    const [early, late] = [await open(), await open()];
    const seen: Uint8Array[] = [];
    early.on("message", (data) => seen.push(data));
    const [a, b] = await Promise.all([
      punch({ ...at, session: `round ${round}`, socket: early }),
      punch({ ...at, session: `round ${round}`, socket: late }),
    ]);
    const heard: Uint8Array[] = [];
    // Everything that the partner says, as it stands on the wire, comes once more when the hole is given back.
    const { emit } = early;
    early.emit = (event: string, ...args: unknown[]) => {
      if (event === "message") heard.push(Uint8Array.from(args[0] as Uint8Array));
      return Reflect.apply(emit, early, [event, ...args]);
    };
    await carried(b, a, "the application's");
    await a.release();
    const { port } = early.address();
    for (const data of heard) late.send(data, port, "127.0.0.1");
    late.send("last", port, "127.0.0.1");
    while (text(seen.at(-1) ?? bytes("")) !== "last") await once(early, "message");
    expect(new Set(seen.map(text))).toEqual(new Set(["the application's", "last"]));
    await b.release();
  }
});

test.each([
  ["our own socket for both families", ":0", undefined],
  ["our own IPv4 socket", "127.0.0.1:0", undefined],
  ["a caller's socket for both families", undefined, "::"],
  ["a caller's IPv4 socket", undefined, "127.0.0.1"],
])(
  "on %s, the partner's datagrams come from hole.remote, and answers to their sender arrive",
  async (_, local, own) => {
    const at = { control: await control(), secret: SECRET, session: "echo", timeoutMs: 20_000 };
    const [a, b] = await Promise.all([
      punch(own === undefined ? { ...at, local } : { ...at, socket: await open(own) }),
      punch({ ...at, local: "127.0.0.1:0" }),
    ]);
    const { address, port } = a.remote;
    a.socket.on("message", (data, from) => {
      // As a library does that speaks with one partner only.
      if (from.address === address && from.port === port) a.socket.send(`echo of ${data}`, from.port, from.address);
    });
    expect(await carried(b, b, "hello")).toBe("echo of hello");
    a.socket.send("by hole.remote", port, address);
    for (;;) if ((await first(b)) === "by hole.remote") break;
    await Promise.all([a.release(), b.release()]);
  },
);

test("a partner that has released its hole is told of, once", async () => {
  const changes: PartnerChange[] = [];
  let tell: () => void = () => {};
  const left = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const onPartner = (change: PartnerChange) => {
    changes.push(change);
    tell();
  };
  const at = { control: await control(), secret: SECRET, session: "left", local: "127.0.0.1:0", timeoutMs: 20_000 };
  const [a, b] = await Promise.all([punch({ ...at, onPartner }), punch(at)]);
  await a.confirmed;
  await b.release();
  await left;
  expect(changes).toEqual(["left"]);
  await a.release();
});
