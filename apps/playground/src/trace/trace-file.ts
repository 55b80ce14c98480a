import { formatEndpoint } from "@netpunch/wire";
import { hex } from "../inspect/v2.js";
import { writeLink } from "../link/link.js";
import type { Run } from "../run/run.js";

/** A run as JSON: the choices that make it again, and every datagram with all that happened to it. */
export function traceOf({ choices, origin, journeys, endsAt, marks }: Run) {
  return {
    format: "netpunch trace 1",
    origin,
    link: origin === "live" ? null : writeLink(choices),
    choices,
    endsAtMs: endsAt,
    marks,
    datagrams: journeys.map(({ id, sentAt, bornAt, sender, from, to, bytes, legs, rewrites, ending, copyOf }) => ({
      id,
      sentAtMs: sentAt,
      bornAtMs: bornAt,
      sender,
      from: formatEndpoint(from),
      to: formatEndpoint(to),
      bytes: hex(bytes).replaceAll(" ", ""),
      legs,
      rewrites: rewrites.map(({ was, is, ...rest }) => ({ ...rest, was: formatEndpoint(was), is: formatEndpoint(is) })),
      ending,
      copyOf,
    })),
  };
}
