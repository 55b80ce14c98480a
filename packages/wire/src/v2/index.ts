export {
  BLOB_NONCE_BYTES,
  BLOB_TAG_BYTES,
  type Candidate,
  candidatesIn,
  decodeCandidates,
  encodeCandidates,
  isBlobSize,
  MAX_BLOB_BYTES,
  MAX_CANDIDATES,
  MIN_BLOB_BYTES,
} from "./candidates.js";
export { isControlsWord, isPeersWord } from "./controls-word.js";
export { decode } from "./decode.js";
export { encode, type Room } from "./encode.js";
export type {
  Announce,
  Bye,
  Challenge,
  Decoded,
  DecodeReason,
  Frame,
  FrameType,
  FromControl,
  Info,
  InfoState,
  MoveFrame,
  MoveFrameType,
  PeerFrame,
  PeerFrameType,
  Relay,
  Relayed,
  RelayOp,
  RelayReason,
  RelayState,
  ToControl,
} from "./frame.js";
export { compareIds, formatId, sameId } from "./id.js";
export {
  COOKIE_BYTES,
  FEATURES,
  FRAME_BYTES,
  HEADER_BYTES,
  ID_BYTES,
  isFrame,
  MAC_BYTES,
  MAGIC,
  MAX_FRAME_BYTES,
  SID_BYTES,
  TXID_BYTES,
} from "./layout.js";
