export { ENVELOPE_BYTES, MAC_TEXT_BYTES, type SplitDatagram, splitDatagram, writeMacText } from "./envelope.js";
export {
  type Decoded,
  type DecodeReason,
  decodeForControl,
  decodeForPeer,
  encode,
  MAX_PAYLOAD_BYTES,
  type Message,
  type ToControl,
  type ToPeer,
} from "./message.js";
export { isSlot, partnerOf, SLOTS, type Slot } from "./slot.js";
