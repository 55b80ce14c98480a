import { createV1Envelope, secretBytes } from "@netpunch/crypto";
import { v1 } from "@netpunch/wire";
import type { Bench, Table } from "./bench.js";
import type { Speaker, Speakers } from "./load.js";
import { PAIRS, sideBySide } from "./side-by-side.js";

const envelope = createV1Envelope(secretBytes("TheSecretWord"));

async function* run(): AsyncIterable<Table> {
  yield {
    title: "Control beside a bare dgram echo under the same load: medians of one-second pairs in turns",
    wanted: `replies per second at least 0.85 of the echo's, in ${PAIRS} pairs with over 95 % of a core for each server`,
    rows: [await sideBySide("udp4", announcers), await sideBySide("dual", announcers)],
  };
}

/** Peers of v1 in pairs, who repeat their announces. */
const announcers: Speakers = async (server, sockets) =>
  sockets.map((_socket, index): Speaker => {
    const slot = v1.SLOTS[index] ?? "a";
    const announce = envelope.seal(v1.encode({ type: "announce", slot }));
    const endpoint = { address: "127.0.0.1", port: sockets[index ^ 1]?.address().port ?? 0 };
    const introduction = envelope.seal(v1.encode({ type: "peerInfo", slot: v1.partnerOf(slot), endpoint }));
    // The only right reply of a control node is where the partner's socket is.
    const expected = server === "echo" ? announce : introduction;
    return {
      prepare: () => {},
      next: () => announce,
      isRight: (reply) => Buffer.compare(reply, expected) === 0,
    };
  });

/** A control node against a socket that echoes, each in a process of its own, under load from this one. */
export const controlReplies: Bench = { name: "control-replies", run };
