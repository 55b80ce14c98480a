export { type BlobOwner, type CandidateSeal, createCandidateSeal } from "./candidate-seal.js";
export { equalConstantTime } from "./constant-time.js";
export { createDescriber, describe } from "./describe.js";
export { createFrameMac, type FrameMac } from "./frame-mac.js";
export { quoteGo } from "./quote-go.js";
export {
  formatControlKey,
  generateSecret,
  KEY_BYTES,
  parseControlKey,
  type RootKeyOptions,
  rootKey,
  type SecretKind,
  secretKind,
} from "./root-key.js";
export { secretBytes } from "./secret.js";
export { controlKey, type SessionKeys, type SessionKeysOptions, sessionKeys } from "./session-keys.js";
export { slotSession } from "./slot-session.js";
export { createV1Envelope, describeV1, type Opened, type V1Envelope } from "./v1-envelope.js";
