import fc from "fast-check";
import { formatIp, v2 } from "../src/index.js";

export const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(/\s/g, ""), "hex"));
export const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
/** Bytes that count up from `first`: each place in a frame shows which field it is of. */
export const counting = (first: number, length: number) => Uint8Array.from({ length }, (_, i) => (first + i) & 0xff);

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const number = fc.oneof(fc.constantFrom(0, 1, 0x7fffffff, 0x80000000, 0xffffffff), fc.nat(0xffffffff));
const features = fc.oneof(fc.constantFrom(0, 1, 2, 3, 0xffffff), fc.nat(0xffffff));
const blob = fc.nat(v2.MAX_CANDIDATES).chain((candidates) => bytes(v2.MIN_BLOB_BYTES + 19 * candidates));
const address = fc.oneof(bytes(4), bytes(16)).map(formatIp);
export const endpoint = fc.record({ address, port: fc.integer({ min: 1, max: 65_535 }) });

const session = { features, sid: bytes(16), id: bytes(8) };
const cause = fc.constantFrom("push" as const, "answer" as const);
const infoOf = <S extends v2.InfoState>(...states: S[]) => ({
  type: fc.constant("info" as const),
  ...session,
  echoSeq: number,
  pushSeq: number,
  state: fc.constantFrom(...states),
  cause,
});

/** Any frame of each kind; an info with a partner and one without are two kinds. */
export const frames = {
  announce: fc.record({
    type: fc.constant("announce" as const),
    ...session,
    seq: number,
    ackPush: number,
    cookie: bytes(16),
    blob,
  }),
  challenge: fc.record({
    type: fc.constant("challenge" as const),
    ...session,
    echoSeq: number,
    cookie: bytes(16),
    observed: endpoint,
  }),
  info: fc.record({
    ...infoOf("waiting", "present", "full", "v1", "taken", "source-limit", "total-limit"),
    partner: fc.constant(null),
  }),
  infoWithPartner: fc.record({ ...infoOf("present"), partner: fc.record({ id: bytes(8), blob }) }),
  bye: fc.record({
    type: fc.constant("bye" as const),
    ...session,
    seq: number,
    reason: fc.constantFrom("left" as const, "met" as const),
  }),
  relay: fc.record({
    type: fc.constant("relay" as const),
    ...session,
    seq: number,
    partnerId: bytes(8),
    op: fc.constantFrom("want" as const, "chosen" as const, "released" as const),
  }),
  relayed: fc
    .record({
      type: fc.constant("relayed" as const),
      ...session,
      echoSeq: number,
      partnerId: bytes(8),
      state: fc.constantFrom(
        "none" as const,
        "waiting" as const,
        "open" as const,
        "carrying" as const,
        "released" as const,
      ),
      reason: fc.constantFrom<v2.RelayReason>("none", "off", "full", "source", "address", "idle", "parted"),
    })
    .map((frame): v2.Relayed => (frame.state === "none" ? frame : { ...frame, reason: "none" })),
  peer: fc.record({
    type: fc.constantFrom("ping" as const, "pong" as const, "nominate" as const, "confirm" as const, "done" as const),
    features,
    from: bytes(8),
    to: bytes(8),
    txid: bytes(12),
  }),
  move: fc.record({
    type: fc.constantFrom("renominate" as const, "reconfirm" as const, "redone" as const),
    features,
    from: bytes(8),
    to: bytes(8),
    epoch: number,
    txid: bytes(12),
  }),
} satisfies Record<keyof typeof v2.FRAME_BYTES, fc.Arbitrary<v2.Frame>>;

export const anyFrame: fc.Arbitrary<v2.Frame> = fc.oneof(...Object.values(frames));
