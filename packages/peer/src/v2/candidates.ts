import type { LocalAddress } from "@netpunch/transport";
import { type Endpoint, ipFamily, ipScope, sameEndpoint, type v2 } from "@netpunch/wire";
import { besideControl } from "../vantage.js";
import { type News, type Observation, Observations } from "./observations.js";

/** chosen: more addresses of one machine are temporary ones of IPv6, or virtual networks that lead nowhere. */
const MAX_HOST_CANDIDATES = 8;

/** A partner is likelier to reach the address that we send from, and never a switch inside this machine that leads nowhere. */
function rankOf({ link, leadsTo }: LocalAddress): number {
  if (leadsTo === "server") return 0;
  return link === "bridge" ? 2 : 1;
}

/**
 * Tells whether an address may be pinged, and offered: nobody can make us talk to groups, to half a LAN, to this machine's own
 * services or to control. Loopback counts only where control itself is there, so all of it is on one machine.
 */
export function isUsable(endpoint: Endpoint, controls: readonly Endpoint[]): boolean {
  if (controls.some((control) => sameEndpoint(control, endpoint))) return false;
  const scope = ipScope(endpoint.address);
  if (scope === "loopback") return controls.some(({ address }) => ipScope(address) === "loopback");
  return scope === "public" || scope === "private";
}

/** Where a partner may be reached that control saw from inside; none for any other partner. */
export function seenFromInside(
  listed: readonly v2.Candidate[],
  controls: readonly Endpoint[],
  own: OwnCandidates,
): readonly v2.Candidate[] {
  const control = controls.find(({ address }) => ipFamily(address) === 4);
  const observed = control === undefined ? null : own.observedLike(control);
  if (control === undefined || observed === null) return [];
  for (const { kind, endpoint } of listed) {
    const beside = kind === "reflexive" ? besideControl(control, endpoint, observed) : null;
    if (beside !== null) return [{ kind: "reflexive", endpoint: beside }];
  }
  return [];
}

/** The addresses at which this machine may be reached. */
export class OwnCandidates {
  readonly #port: number;
  readonly #telling: "all" | "nothing";
  #local: readonly LocalAddress[] | null = null;
  readonly #observations = new Observations();

  /** "nothing": the partner is told none of them. */
  constructor(port: number, telling: "all" | "nothing" = "all") {
    this.#port = port;
    this.#telling = telling;
  }

  /** Takes the machine's addresses. "reordered": they are the same, and others of them come first. */
  setLocal(addresses: readonly LocalAddress[]): News | "reordered" {
    const before = this.#local;
    this.#local = addresses.map((address) => ({ ...address })).toSorted((one, other) => rankOf(one) - rankOf(other));
    if (before === null) return "first";
    const [one, other] = [before, this.#local].map((all) => all.map(({ address, link }) => `${address} ${link}`));
    if (one?.toSorted().join() !== other?.toSorted().join()) return "changed";
    return one?.join() === other?.join() ? "same" : "reordered";
  }

  /** Takes where one of control's addresses saw us; `controls` are those in use. */
  observe(observation: Observation, controls: readonly Endpoint[]): News {
    return this.#observations.take(observation, controls);
  }

  /** Where control saw us in the address family of another address; null: not yet. */
  observedLike({ address }: Endpoint): Endpoint | null {
    return this.#observations.endpoints.find((own) => ipFamily(own.address) === ipFamily(address)) ?? null;
  }

  /** Whether the machine can send to this address family, as far as is known. */
  serves({ address }: Endpoint): boolean {
    const local = this.#local ?? [];
    return local.length === 0 || local.some((own) => ipFamily(own.address) === ipFamily(address));
  }

  /** Whether an address leads back to us: in many private networks the same ones are given out. */
  isOwn({ address, port }: Endpoint): boolean {
    return port === this.#port && (this.#local ?? []).some((own) => own.address === address);
  }

  /** Whether a partner is behind the same NAT: control saw both at one address. */
  sharesNatWith(partner: readonly v2.Candidate[]): boolean {
    return this.#observations.endpoints.some(({ address }) =>
      partner.some(({ kind, endpoint }) => kind === "reflexive" && endpoint.address === address),
    );
  }

  /** Reflexive ones first, as they are the likeliest to lead here. */
  list(controls: readonly Endpoint[]): readonly v2.Candidate[] {
    if (this.#telling === "nothing") return [];
    const observed = this.#observations.endpoints;
    const reflexive = observed.map((endpoint) => ({ kind: "reflexive" as const, endpoint }));
    const host = (this.#local ?? [])
      // What runs through a tunnel would be a hole inside the VPN that it is to replace.
      .filter(({ link }) => link !== "tunnel")
      .map(({ address }) => ({ kind: "host" as const, endpoint: { address, port: this.#port } }))
      .filter(({ endpoint }) => !observed.some((each) => sameEndpoint(each, endpoint)));
    const usable = ({ endpoint }: v2.Candidate) => isUsable(endpoint, controls);
    return [...reflexive.filter(usable), ...host.filter(usable).slice(0, MAX_HOST_CANDIDATES)];
  }
}
