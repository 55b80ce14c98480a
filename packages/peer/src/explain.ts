import { type Endpoint, formatEndpoint, v1 } from "@netpunch/wire";
import { PunchError, type PunchErrorCode } from "./errors.js";
import type { Meeting } from "./options.js";
import type { Findings } from "./report.js";
import { besideControl, isInside } from "./vantage.js";

/** chosen: a peer that waits announces every second, so control has been asked five times since. */
const STALE_INTRODUCTION_MS = 5000;

/** Says why there is no hole, as far as the protocol can tell, and what to check. */
export function explain(findings: Findings, meeting: Meeting, controlName: string): PunchError {
  const partner = nameOf(meeting);
  if (findings.heard !== null) return oneWay(findings, partner);
  if (isControlGone(findings)) return controlGone(findings, partner);
  if (findings.candidates.length > 0 && wasTried(findings)) return unanswered(findings, partner);
  if (findings.introduced !== null) return unheard(findings, partner);
  if (findings.session === null && findings.strayControl !== null)
    return strayed(findings, findings.strayControl, controlName);
  if (findings.session !== null) return byControl(findings, meeting, partner);
  return silent(findings, meeting, partner, controlName);
}

/** chosen: keepalives go out every 18 s at most, so two of them were not answered. */
const CONTROL_GONE_MS = 40_000;
/** chosen: in a second, pings have gone to all addresses of the partner several times. */
const TRIED_MS = 1000;

/** v2 alone is sure to answer. */
function isControlGone({ session, controlSilentMs }: Findings): boolean {
  return session !== null && controlSilentMs !== null && controlSilentMs >= CONTROL_GONE_MS;
}

/** Whether the partner is there now, or was for as long as a drill takes. */
function wasTried({ session, presentMs }: Findings): boolean {
  return session === "present" || presentMs >= TRIED_MS;
}

function nameOf(meeting: Meeting): string {
  return "slot" in meeting
    ? `slot ${v1.partnerOf(meeting.slot)}`
    : `the partner in session ${JSON.stringify(meeting.session)}`;
}

const causeOf = ({ sendError }: Findings) => (sendError === null ? {} : { cause: sendError });

const seconds = (ms: number, digits = 1): string => `${(ms / 1000).toFixed(digits)} s`;

function oneWay(findings: Findings, partner: string): PunchError {
  const where = findings.heard === null ? "" : ` from ${formatEndpoint(findings.heard)}`;
  const hasLeft = findings.presentMs > 0 && findings.session !== "present";
  const message = hasLeft
    ? `${partner} was heard${where}, and left before it heard us`
    : `${partner} is heard${where} but does not hear us`;
  return new PunchError("one-way", message, {
    advice:
      "Its datagrams arrive here and ours do not arrive there: look for a firewall that blocks outgoing UDP here or " +
      "incoming UDP there. A partner that was heard only once may also have ended in the middle.",
    ...causeOf(findings),
  });
}

/** v2: control handed the partner's addresses over, and they were tried. */
function unanswered(findings: Findings, partner: string): PunchError {
  const where = findings.candidates.map(({ endpoint }) => formatEndpoint(endpoint)).join(", ");
  const message =
    findings.session === "present"
      ? `${partner} is there, but nothing came from ${where}`
      : `${partner} was there for ${seconds(findings.presentMs)}, but nothing came from ${where}; it has left since`;
  return new PunchError("partner-unheard", message, {
    advice: `${sharesNat(findings) ? BEHIND_ONE_NAT : killedOr(findings)} ${APART}${entryAdvice(findings)}`,
    ...causeOf(findings),
  });
}

/** One router, or one carrier, in front of both. */
function sharesNat({ observed, candidates }: Findings): boolean {
  return candidates.some(({ kind, endpoint }) => kind === "reflexive" && endpoint.address === observed?.address);
}

const BEHIND_ONE_NAT =
  "Control sees both at one address, so both are behind one NAT. It lets nobody in through its own outside (no hairpinning), and the " +
  "way inside does not work: two networks, a guest Wi-Fi that keeps its guests apart, or a firewall on one of the machines.";

function killedOr({ session }: Findings): string {
  const killed = "the partner was killed within the last minute and control still remembers it, or ";
  return `Either ${session === "present" ? killed : ""}the two NATs do not let each other through (a symmetric NAT facing a port-restricted or another symmetric one), or a router with two internet connections answers from the other one, or a firewall blocks UDP.`;
}

const APART =
  "Look whether the partner runs, then try another network on one side; " +
  "https://github.com/netpunch/netpunch/blob/main/docs/nat-grid.json has every pair of NATs.";

/** v2: control answered, and does no more. */
function controlGone(findings: Findings, partner: string): PunchError {
  const ago = seconds(findings.controlSilentMs ?? 0, 0);
  const where = findings.control === null ? "control" : `control ${formatEndpoint(findings.control)}`;
  return new PunchError(
    "control-silent",
    `${where} answered, but not in the last ${ago}, and ${partner} is not heard`,
    {
      advice:
        "Control has ended, or the network between here and control has changed: check both, and start control again.",
      ...causeOf(findings),
    },
  );
}

/** Its answers come from somewhere else, so nobody can tell them from forged ones. */
function strayed(findings: Findings, stray: Endpoint, controlName: string): PunchError {
  const from = formatEndpoint(stray);
  return new PunchError("control-silent", `control ${controlName} answers from another address: ${from}`, {
    advice:
      "This machine is in control's own network, and the router that forwards control's port lets its answers go past it (no hairpin " +
      `NAT). Take ${from} for control's address on machines in that network; or control answers from another of its addresses: have it ` +
      "listen on the one that is asked.",
    ...causeOf(findings),
  });
}

/** v1: control named the partner's address. */
function unheard(findings: Findings, partner: string): PunchError {
  const { endpoint, agoMs } = findings.introduced ?? { endpoint: { address: "", port: 0 }, agoMs: 0 };
  const where = formatEndpoint(endpoint);
  if (agoMs >= STALE_INTRODUCTION_MS) {
    const ago = seconds(agoMs, 0);
    return new PunchError("partner-absent", `${partner} was at ${where}, but control has not named it for ${ago}`, {
      advice: "The partner has gone, or control has: start the partner again and check that control still runs.",
      ...causeOf(findings),
    });
  }
  return new PunchError("partner-unheard", `${partner} is at ${where}, but nothing came from there`, {
    advice:
      "Either the partner has gone and control still remembers it, or the two NATs do not let each other through: a symmetric " +
      "NAT facing a port-restricted or another symmetric one, two peers behind the same NAT without hairpinning, or a " +
      `firewall that blocks UDP. Try another network on one side.${entryAdvice(findings)}${vantageAdvice(findings)}`,
    ...causeOf(findings),
  });
}

/** Control tells addresses as it sees them: from inside of one peer's network, the other one cannot use what it says. */
function vantageAdvice({ control, observed, candidates, introduced }: Findings): string {
  const seen = candidates.filter(({ kind }) => kind === "reflexive").map(({ endpoint }) => endpoint);
  if (introduced !== null) seen.push(introduced.endpoint);
  const inside = seen.find(isInside);
  const cure = "Run control outside of both networks, or forward the peer's UDP port there.";
  if (control !== null && inside !== undefined && besideControl(control, inside, observed) !== null) {
    const tried = `${control.address}:${inside.port}`;
    return ` Control saw the partner at ${formatEndpoint(inside)}, from inside of its network; ${tried} was tried as well. ${cure}`;
  }
  if (observed !== null && isInside(observed) && seen.some((endpoint) => !isInside(endpoint))) {
    return ` Control saw us at ${formatEndpoint(observed)}, from inside of our network, so the partner knows no address of ours that leads here from outside. ${cure}`;
  }
  return "";
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

/** v2: control has answered, and this is what it says. */
function byControl(findings: Findings, meeting: Meeting, partner: string): PunchError {
  const waited = seconds(findings.elapsedMs);
  if (findings.session === "full") {
    return new PunchError("session-full", `two others are in the session, ${partner} and one more`, {
      advice:
        "A session is for two. If one of them is an earlier run of this peer, it is forgotten soon after it has ended; else stop " +
        "one, or choose another name.",
      ...causeOf(findings),
    });
  }
  if (findings.session === "taken") {
    return new PunchError("session-full", "another run of this peer holds its slot", {
      advice:
        "Two machines, or two programs on one, were started with the same slot: give one of them the other slot of the pair. An " +
        "earlier run that was killed is forgotten soon after it has ended.",
      ...causeOf(findings),
    });
  }
  if (findings.session === "source-limit") {
    return new PunchError("over-limit", "control serves no more runs from this address", {
      advice:
        "Too many peers are waiting or meeting behind the address that control sees. Stop some of them, or have control's operator " +
        "raise the limit: netpunch control -max-per-source.",
      ...causeOf(findings),
    });
  }
  if (findings.session === "total-limit") {
    return new PunchError("over-limit", "control has no room for more runs", {
      advice: "Try again later, or have control's operator raise the limit: netpunch control -max-bindings.",
      ...causeOf(findings),
    });
  }
  if (findings.session === "v1") {
    return new PunchError("partner-v1", `${partner} is there, but speaks only protocol v1`, {
      advice: 'Bring it up to date, or allow this side to fall back: protocol "auto".',
      ...causeOf(findings),
    });
  }
  const same = "slot" in meeting ? "the same secret and control" : "the same session name, secret and control";
  return new PunchError("partner-absent", `${partner} did not come in ${waited}; control answers`, {
    advice: `Start the partner with ${same}, to the last character: with another one it is in another session, which control cannot tell.`,
    ...causeOf(findings),
  });
}

function silent(findings: Findings, meeting: Meeting, partner: string, controlName: string): PunchError {
  const waited = seconds(findings.elapsedMs);
  if (findings.control === null) {
    if (isNoCommonFamily(findings.resolveError)) return explainTransport(findings.resolveError) as PunchError;
    return new PunchError("host-not-found", `control ${controlName} has no address after ${waited}`, {
      advice: "Check the name, and this machine's network and name server.",
      cause: findings.resolveError ?? undefined,
    });
  }
  const where = formatEndpoint(findings.control);
  const unsent = findings.sendError === null ? "" : ` Last error: ${findings.sendError.message}.`;
  const foreign =
    findings.badSignatures > 0
      ? ` ${findings.badSignatures} datagrams came that are signed with another secret, so compare the secrets first.`
      : "";
  const quiet =
    meeting.protocol === "v2"
      ? "Control is silent to another secret, and one that knows only v1 is silent to a session."
      : "Protocol v1 answers nothing before the partner is there, and nothing to another secret.";
  const check =
    meeting.protocol === "v2"
      ? "Check that control runs, that its UDP port is open, and that it has the same secret or the control key made of it."
      : `Check that ${partner} is started with the same control, that control runs and its UDP port is open, and that all three have ` +
        "the same secret, to the last byte (a file's newline counts).";
  return new PunchError("control-silent", `control ${where} has not answered in ${waited}`, {
    advice: `${quiet}${unsent}${foreign} ${check}`,
    ...causeOf(findings),
  });
}

function isNoCommonFamily(error: Error | null): boolean {
  return error !== null && "code" in error && error.code === "no-common-family";
}

const TRANSPORT_ADVICE: Readonly<Record<string, string>> = {
  "host-not-found": "Check the name, and this machine's network and name server.",
  "no-common-family": 'Give a local address of the same family as control\'s, or none (":5000"), which serves both.',
  "address-in-use": "Stop the program that has the port, or choose another one; port 0 takes any free one.",
  "address-not-available": 'Give an address of this machine, or none (":5000") for all of them.',
  "permission-denied": "Choose a port above 1023, or give the program the right to take this one.",
};

/** A failure of the socket in the terms of a punch; anything else (misuse, an abort) stays what it is. */
export function explainTransport(error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== "TransportError" || !("code" in error)) return error;
  const advice = TRANSPORT_ADVICE[String(error.code)];
  const code = advice === undefined ? "socket-error" : (error.code as PunchErrorCode);
  return new PunchError(code, error.message, {
    advice: advice ?? "The socket ended during the drill: try again, and look at the cause.",
    cause: error,
  });
}
