import type { Socket } from "node:dgram";
import { once } from "node:events";
import { randomBytes } from "@netpunch/crypto";

/*
 * As much of TURN (RFC 8656) as a benchmark needs, without authentication: an allocation, a channel to one peer, and
 * ChannelData, which is TURN's cheapest way to pass datagrams on.
 */

const MAGIC = 0x2112a442;
const ALLOCATE = 0x0003;
const CHANNEL_BIND = 0x0009;
const SUCCESS = 0x0100;
const CHANNEL_NUMBER = 0x000c;
const LIFETIME = 0x000d;
const XOR_PEER_ADDRESS = 0x0012;
const XOR_RELAYED_ADDRESS = 0x0016;
const REQUESTED_TRANSPORT = 0x0019;
const UDP = 17;
const HEADER_BYTES = 20;
const CHANNEL = 0x4000;

type Attribute = readonly [type: number, value: Uint8Array];

/** Makes a client's channel to a peer, and connects the peer to the client's address at the relay. */
export async function openChannel(client: Socket, peer: Socket): Promise<void> {
  const allocated = await ask(client, ALLOCATE, [
    [REQUESTED_TRANSPORT, Uint8Array.of(UDP, 0, 0, 0)],
    [LIFETIME, number32(3600)],
  ]);
  const relayed = attributeOf(allocated, XOR_RELAYED_ADDRESS);
  const relayedPort = relayed.readUInt16BE(2) ^ (MAGIC >>> 16);
  peer.disconnect();
  await new Promise<void>((resolve) => peer.connect(relayedPort, "127.0.0.1", () => resolve()));
  // Only now, as Linux gives a socket that was disconnected another port.
  const { port } = peer.address();
  const address = Buffer.alloc(8);
  address.writeUInt8(1, 1);
  address.writeUInt16BE(port ^ (MAGIC >>> 16), 2);
  address.writeUInt32BE((0x7f000001 ^ MAGIC) >>> 0, 4);
  await ask(client, CHANNEL_BIND, [
    [CHANNEL_NUMBER, Uint8Array.of(CHANNEL >> 8, CHANNEL & 0xff, 0, 0)],
    [XOR_PEER_ADDRESS, address],
  ]);
}

/** A datagram as it passes between a client and the relay. */
export function channelData(payload: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(4 + payload.length);
  bytes.writeUInt16BE(CHANNEL, 0);
  bytes.writeUInt16BE(payload.length, 2);
  bytes.set(payload, 4);
  return bytes;
}

async function ask(socket: Socket, type: number, attributes: readonly Attribute[]): Promise<Buffer> {
  const body = Buffer.concat(
    attributes.map(([name, value]) => Buffer.concat([number16(name), number16(value.length), value])),
  );
  const request = Buffer.concat([number16(type), number16(body.length), number32(MAGIC), randomBytes(12), body]);
  socket.send(request);
  const [answer] = await once(socket, "message");
  if (answer.readUInt16BE(0) !== (type | SUCCESS)) throw new Error(`the TURN server said ${answer.toString("hex")}`);
  return answer;
}

function attributeOf(message: Buffer, wanted: number): Buffer {
  for (let at = HEADER_BYTES; at + 4 <= message.length; ) {
    const length = message.readUInt16BE(at + 2);
    if (message.readUInt16BE(at) === wanted) return message.subarray(at + 4, at + 4 + length);
    at += 4 + Math.ceil(length / 4) * 4;
  }
  throw new Error(`the TURN server's answer has no attribute ${wanted.toString(16)}`);
}

function number16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function number32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
