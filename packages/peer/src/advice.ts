import { type Endpoint, formatEndpoint, ipScope } from "@netpunch/wire";
import type { Meeting } from "./options.js";
import type { Findings } from "./progress.js";
import { besideControl, isInside } from "./vantage.js";

const SYMMETRIC =
  "the two NATs do not let each other through (a symmetric NAT facing a port-restricted or another symmetric one), or";
const OTHERWISE = "a router with two internet connections answers from the other one, or a firewall blocks UDP.";

const TRY_ANOTHER_NETWORK =
  "Look whether the partner runs, then try another network on one side; " +
  "https://github.com/netpunch/netpunch/blob/main/docs/nat-grid.json has every pair of NATs.";

/** v2: control handed the partner's addresses over, and nothing came from there. */
export function unansweredAdvice(findings: Findings): string {
  const first = sharesNat(findings) ? BEHIND_ONE_NAT : killedOr(findings);
  return `${first} ${TRY_ANOTHER_NETWORK}${entryAdvice(findings)}${vantageAdvice(findings)}`;
}

/** v1: control named the partner's address, and nothing came from there. It does not tell where it sees us. */
export function introducedAdvice(findings: Findings): string {
  const oneNat = "one NAT in front of both lets nobody in through its own outside (no hairpinning), or";
  const why = `Either the partner has gone and control still remembers it, or ${SYMMETRIC} ${oneNat} ${OTHERWISE}`;
  return `${why} ${TRY_ANOTHER_NETWORK}${entryAdvice(findings)}${vantageAdvice(findings)}`;
}

/** One router, or one carrier, in front of both. */
function sharesNat({ observed, addresses }: Findings): boolean {
  return addresses.some(
    ({ kind, endpoint: { address } }) =>
      kind === "reflexive" && ipScope(address) === "public" && observed.some((own) => own.address === address),
  );
}

const BEHIND_ONE_NAT =
  "Control sees both at one address, so both are behind one NAT. It lets nobody in through its own outside (no hairpinning), and the " +
  "way inside does not work: two networks, a guest Wi-Fi that keeps its guests apart, or a firewall on one of the machines.";

function killedOr({ session }: Findings): string {
  const killed = "the partner was killed within the last minute and control still remembers it, or ";
  return `Either ${session === "present" ? killed : ""}${SYMMETRIC} ${OTHERWISE}`;
}

/** Control tells addresses as it sees them: from inside of one peer's network, the other one cannot use what it says. */
function vantageAdvice({ control, observed, addresses }: Findings): string {
  const seen = addresses.filter(({ kind }) => kind === "reflexive").map(({ endpoint }) => endpoint);
  const inside = seen.find(isInside);
  const cure = "Run control outside of both networks, or forward the peer's UDP port there.";
  if (control !== null && inside !== undefined && besideControl(control, inside, ownOutside(observed)) !== null) {
    const tried = `${control.address}:${inside.port}`;
    return ` Control saw the partner at ${formatEndpoint(inside)}, from inside of its network; ${tried} was tried as well. ${cure}`;
  }
  const own = observed.find(isInside);
  if (own !== undefined && seen.some((endpoint) => !isInside(endpoint))) {
    return ` Control saw us at ${formatEndpoint(own)}, from inside of our network, so the partner knows no address of ours that leads here from outside. ${cure}`;
  }
  return "";
}

function ownOutside(observed: readonly Endpoint[]): Endpoint | null {
  return observed.find(({ address }) => !address.includes(":")) ?? observed.at(-1) ?? null;
}

/** A router's old entry holds up one local port only, and is forgotten in silence. */
function entryAdvice({ wayOut }: Findings): string {
  if (wayOut === "other port") return "";
  const cure =
    wayOut === "silence" ? 'allow another local port (localPort "any", or no -same-port)' : "try another local port";
  return (
    " Or a router still holds an entry of an earlier try, of this machine's former address, or of the partner's first ping, and each " +
    `try keeps it alive: ${cure}, or stop both sides for a minute.`
  );
}

/** What a punch was for, and how its machine speaks. */
export interface Circumstances {
  readonly meeting: Meeting;
  /** Control as the caller named it. */
  readonly controlName: string;
  /** Puts an error of the system into words. */
  readonly wordsOf: (error: Error) => string;
}

/** Nothing came from control. */
export function silentAdvice(
  { sendError, badSignatures }: Findings,
  { meeting, partner, wordsOf }: Pick<Circumstances, "meeting" | "wordsOf"> & { readonly partner: string },
): string {
  const unsent = sendError === null ? "" : ` Last error: ${wordsOf(sendError)}.`;
  const foreign =
    badSignatures > 0
      ? ` ${badSignatures} datagrams came that are signed with another secret, so compare the secrets first.`
      : "";
  const [quiet, check] =
    meeting.protocol === "v2"
      ? [
          "Control is silent to another secret, and one that knows only v1 is silent to a session.",
          "Check that control runs, that its UDP port is open, and that it has the same secret or the control key made of it.",
        ]
      : [
          "Protocol v1 answers nothing before the partner is there, and nothing to another secret.",
          `Check that ${partner} is started with the same control, that control runs and its UDP port is open, and that all three have ` +
            "the same secret, to the last byte (a file's newline counts).",
        ];
  return `${quiet}${unsent}${foreign} ${check}`;
}
