export type { Endpoint } from "./endpoint.js";
