import { expect, onTestFinished, test } from "vitest";
import type { Input, Output } from "../src/index.js";
import { drive, openSocket } from "../src/node/index.js";
import { bytes, ScriptedCore } from "./scripted-core.js";
import { nextMessage, ownSocket, plainSocket } from "./sockets.js";

type Outputs = readonly Output<string>[];

async function run(react: (input: Input) => Outputs, openAnother?: () => ReturnType<typeof openSocket>) {
  const core = new ScriptedCore(react);
  const first = await ownSocket("127.0.0.1:0");
  const driver = drive(core, {
    sockets: [first],
    ...(openAnother === undefined ? {} : { openSocket: openAnother }),
  });
  onTestFinished(() => driver.close());
  return { core, driver, first };
}

test("a core that asks for a socket is told its number and port, sends from it, and gives the first one back", async () => {
  const peer = await plainSocket();
  const remote = { address: "127.0.0.1", port: peer.address().port };
  const { core, driver, first } = await run(
    (input) => {
      if (input.type === "start") return [{ type: "openSocket" }];
      if (input.type !== "socketOpened") return [];
      const datagram = { socket: input.socket, remote, bytes: bytes("from the other") };
      return [
        { type: "closeSocket", socket: 0 },
        { type: "send", datagram, hops: 3 },
        { type: "send", datagram },
      ];
    },
    () => openSocket("127.0.0.1:0"),
  );
  const { text } = await nextMessage(peer);
  expect(text).toBe("from the other");
  const port = driver.sockets[1]?.local.port ?? 0;
  expect(core.inputs).toContainEqual({ type: "socketOpened", socket: 1, port });
  const again = await openSocket(`127.0.0.1:${first.local.port}`);
  onTestFinished(() => void again.socket.close());
});

test.each([
  { why: "the system gives none", open: () => Promise.reject(new Error("EMFILE")) },
  { why: "its driver has no way to open any", open: undefined },
])("a core is told that it gets no socket: $why", async ({ open }) => {
  const { core } = await run((input) => (input.type === "start" ? [{ type: "openSocket" }] : []), open);
  await core.told("socketFailed");
});
