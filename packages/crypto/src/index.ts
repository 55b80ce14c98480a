export { equalConstantTime } from "./constant-time.js";
export { createDescriber, describe } from "./describe.js";
export { quoteGo } from "./quote-go.js";
export { secretBytes } from "./secret.js";
export { createV1Envelope, describeV1, type Opened, type V1Envelope } from "./v1-envelope.js";
