export { type Endpoint, formatEndpoint, parseEndpoint, sameEndpoint } from "./endpoint.js";
export { canonicalIp, formatIp, type IpScope, ipFamily, ipScope, parseIp } from "./ip.js";
export * as v1 from "./v1/index.js";
export type { Candidate } from "./v2/candidates.js";
export * as v2 from "./v2/index.js";
