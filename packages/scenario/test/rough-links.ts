import type { LinkQuality } from "@netpunch/simnet";

/** Bad networks, and how many seeds tell whether peers meet over them. */
export const ROUGH_LINKS: readonly (readonly [name: string, link: LinkQuality, seeds: number])[] = [
  ["30 % of datagrams lost each way", { latencyMs: 25, jitterMs: 5, loss: 0.3 }, 1000],
  ["every third datagram doubled", { latencyMs: 25, jitterMs: 5, duplicate: 0.33 }, 300],
  ["every third datagram held back by up to 100 ms", { latencyMs: 25, reorder: 0.33, reorderMs: 100 }, 300],
  ["500 ms of jitter", { latencyMs: 25, jitterMs: 500 }, 300],
];
