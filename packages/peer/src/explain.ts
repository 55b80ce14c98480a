import { type Endpoint, formatEndpoint, v1 } from "@netpunch/wire";
import { type Circumstances, introducedAdvice, silentAdvice, unansweredAdvice } from "./advice.js";
import { PunchError, type PunchErrorCode } from "./errors.js";
import { relayAdvice } from "./explain-relay.js";
import type { Meeting } from "./options.js";
import type { Findings, Sighting } from "./progress.js";

/** chosen: a peer that waits announces every second, so control has been asked five times since. */
const STALE_INTRODUCTION_MS = 5000;
/** Pings go out every 5 s at most (schedules.ts). chosen: two of them, and a round trip. */
const STALE_HEARING_MS = 12_000;
/** chosen: keepalives go out every 18 s at most, so two of them were not answered. */
const CONTROL_GONE_MS = 40_000;
/** chosen: in a second, pings have gone to all addresses of the partner several times. */
const TRIED_MS = 1000;

/** What a punch ended with, and the words for it. */
interface Case extends Findings, Circumstances {
  readonly partner: string;
}

interface Verdict {
  readonly code: PunchErrorCode;
  readonly message: string;
  readonly advice: string;
}

/**
 * From the top, the first that has something to say. Each says only what its own facts prove, so it is true wherever it is said; what
 * may be the reason stands in the advice, as "may" and "or".
 */
const VERDICTS: readonly ((the: Case) => Verdict | null)[] = [
  refusedByControl,
  heardButNoHole,
  controlGone,
  thereButUnheard,
  introducedButUnheard,
  strayed,
  speaksV1Only,
  absent,
  noAddress,
];

/** Says why there is no hole, as far as the protocol can tell, and what to check. */
export function explain(findings: Findings, circumstances: Circumstances): PunchError {
  const the = { ...findings, ...circumstances, partner: nameOf(circumstances.meeting) };
  for (const verdictOf of VERDICTS) {
    const verdict = verdictOf(the);
    if (verdict !== null) return asError(verdict, findings);
  }
  return asError(silent(the), findings);
}

function asError({ code, message, advice }: Verdict, { sendError, control, resolveError }: Findings): PunchError {
  const cause = control === null ? resolveError : sendError;
  return new PunchError(code, message, { advice, ...(cause === null ? {} : { cause }) });
}

function nameOf(meeting: Meeting): string {
  return "slot" in meeting
    ? `slot ${v1.partnerOf(meeting.slot)}`
    : `the partner in session ${JSON.stringify(meeting.session)}`;
}

const seconds = (ms: number, digits = 1): string => `${(ms / 1000).toFixed(digits)} s`;

/** v2: control has no place for us, so whatever was before, nothing can come of it now. */
function refusedByControl({ session, partner }: Case): Verdict | null {
  switch (session) {
    case "full":
      return {
        code: "session-full",
        message: `two others are in the session, ${partner} and one more`,
        advice:
          "A session is for two. If one of them is an earlier run of this peer, it is forgotten soon after it has ended; else stop " +
          "one, or choose another name.",
      };
    case "taken":
      return {
        code: "session-full",
        message: "another run of this peer holds its slot",
        advice:
          "Two machines, or two programs on one, were started with the same slot: give one of them the other slot of the pair. An " +
          "earlier run that was killed is forgotten soon after it has ended.",
      };
    case "source-limit":
      return {
        code: "over-limit",
        message: "control serves no more runs from this address",
        advice:
          "Too many peers are waiting or meeting behind the address that control sees. Stop some of them, or have control's operator " +
          "raise the limit: netpunch control -max-per-source.",
      };
    case "total-limit":
      return {
        code: "over-limit",
        message: "control has no room for more runs",
        advice: "Try again later, or have control's operator raise the limit: netpunch control -max-bindings.",
      };
    default:
      return null;
  }
}

function heardButNoHole({ heard, session, presentMs, partner }: Case): Verdict | null {
  if (heard === null) return null;
  const where = formatEndpoint(heard.endpoint);
  const past = pastHearing(heard, session === "waiting" && presentMs > 0);
  return {
    code: "one-way",
    message:
      past === null
        ? `${partner} is heard from ${where} but does not hear us`
        : `${partner} was heard from ${where}${past}`,
    advice:
      heard.forMs < TRIED_MS
        ? "It came too late for a hole: allow more time."
        : "Its datagrams arrive here and ours do not arrive there: look for a firewall that blocks outgoing UDP here or " +
          "incoming UDP there. A partner that was heard only once may also have ended in the middle.",
  };
}

/** Null where it is still heard, after a time in which it would have heard us. */
function pastHearing({ forMs, agoMs }: Sighting, hasLeft: boolean): string | null {
  if (hasLeft) return ", and left before there was a hole";
  if (agoMs >= STALE_HEARING_MS) return `, but not in the last ${seconds(agoMs, 0)}`;
  return forMs < TRIED_MS ? ` only ${seconds(forMs)} ago` : null;
}

/** v2: control answered, which it alone is sure to do, and does no more. */
function controlGone({ session, controlSilentMs, control, partner }: Case): Verdict | null {
  if (session === null || controlSilentMs === null || controlSilentMs < CONTROL_GONE_MS) return null;
  const where = control === null ? "control" : `control ${formatEndpoint(control)}`;
  return {
    code: "control-silent",
    message: `${where} answered, but not in the last ${seconds(controlSilentMs, 0)}, and ${partner} is not heard`,
    advice:
      "Control has ended, or the network between here and control has changed: check both, and start control again.",
  };
}

/** v2: control says, or said, that the partner is there. */
function thereButUnheard(the: Case): Verdict | null {
  const { session, presentMs, addresses, partner } = the;
  const isThere = session === "present";
  if (!isThere && (presentMs === 0 || session === "v1")) return null;
  if (isThere && addresses.length === 0) {
    return {
      code: "partner-unheard",
      message: `control says that ${partner} is there, but it has no address that this side can send to`,
      advice: 'It may have IPv6 only, and this side IPv4 only, or the reverse: a local address of ":5000" serves both.',
    };
  }
  const where = addresses.map(({ endpoint }) => formatEndpoint(endpoint)).join(", ");
  if (presentMs < TRIED_MS) return hardlyThere(the, where);
  return {
    code: "partner-unheard",
    message: isThere
      ? `control says that ${partner} is there, but nothing came from ${where}`
      : `${partner} was there for ${seconds(presentMs)}, but nothing came from ${where}; it has left since`,
    advice: `${unansweredAdvice(the)}${relayAdvice(the)}`,
  };
}

/** Not for as long as a drill takes. */
function hardlyThere({ session, presentMs, partner, meeting }: Case, where: string): Verdict {
  const time = seconds(presentMs);
  if (session === "present") {
    return {
      code: "partner-unheard",
      message: `${partner} came only ${time} ago, and nothing came from ${where} yet`,
      advice: "It came too late for a hole: allow more time, or start both at the same time.",
    };
  }
  return {
    code: "partner-absent",
    message: `${partner} was there for ${time} only, and did not come again; control answers`,
    advice: `It ended, or was given too little time. ${startIt(meeting)}`,
  };
}

/** v1: control named the partner's address. */
function introducedButUnheard(the: Case): Verdict | null {
  if (the.introduced === null) return null;
  const { endpoint, agoMs, forMs } = the.introduced;
  const where = formatEndpoint(endpoint);
  if (agoMs >= STALE_INTRODUCTION_MS) {
    return {
      code: "partner-absent",
      message: `${the.partner} was at ${where}, but control has not named it for ${seconds(agoMs, 0)}`,
      advice: "The partner has gone, or control has: start the partner again and check that control still runs.",
    };
  }
  const message = `control says that ${the.partner} is at ${where}, but nothing came from there`;
  if (forMs < TRIED_MS) {
    return {
      code: "partner-unheard",
      message: `${message}; control named it only ${seconds(forMs)} ago`,
      advice: "It came too late for a hole: allow more time, or start both at the same time.",
    };
  }
  return { code: "partner-unheard", message, advice: introducedAdvice(the) };
}

/** Its answers come from somewhere else, so nobody can tell them from forged ones. */
function strayed({ session, strayControl, controlName }: Case): Verdict | null {
  if (session !== null || strayControl === null) return null;
  const from = formatEndpoint(strayControl);
  return {
    code: "control-silent",
    message: `control ${controlName} answers from another address: ${from}`,
    advice:
      "This machine is in control's own network, and the router that forwards control's port lets its answers go past it (no hairpin " +
      `NAT). Take ${from} for control's address on machines in that network; or control answers from another of its addresses: have it ` +
      "listen on the one that is asked.",
  };
}

function speaksV1Only({ session, meeting, partner }: Case): Verdict | null {
  if (session !== "v1") return null;
  if (meeting.protocol === "auto") {
    return {
      code: "partner-unheard",
      message: `${partner} is there and speaks only protocol v1, but control has not named its address`,
      advice: "It may have come a moment ago: allow more time. Look whether it still runs.",
    };
  }
  return {
    code: "partner-v1",
    message: `${partner} is there, but speaks only protocol v1`,
    advice: 'Bring it up to date, or allow this side to fall back: protocol "auto".',
  };
}

/** v2: control has answered, and knew of nobody. */
function absent({ session, elapsedMs, controlSilentMs, meeting, partner }: Case): Verdict | null {
  if (session === null) return null;
  const silentMs = controlSilentMs ?? 0;
  const last = silentMs < 1000 ? "" : `, last ${seconds(silentMs, 0)} ago`;
  return {
    code: "partner-absent",
    message: `${partner} did not come in ${seconds(elapsedMs)}; control answers${last}`,
    advice: `${startIt(meeting)} With another one it is in another session, which control cannot tell.`,
  };
}

function startIt(meeting: Meeting): string {
  const same = "slot" in meeting ? "the same secret and control" : "the same session name, secrets and control";
  return `Start the partner with ${same}, to the last character.`;
}

/** Control's name was never looked up. */
function noAddress({ control, resolveError, controlName, elapsedMs }: Case): Verdict | null {
  if (control !== null) return null;
  if (isNoCommonFamily(resolveError)) return explainTransport(resolveError) as PunchError;
  return {
    code: "host-not-found",
    message: `control ${controlName} has no address after ${seconds(elapsedMs)}`,
    advice: "Check the name, and this machine's network and name server.",
  };
}

function silent(the: Case): Verdict {
  const { asked, askedMs, control } = the;
  const all = asked.length > 0 ? asked : ([control] as readonly Endpoint[]);
  return {
    code: "control-silent",
    message: `control ${all.map(formatEndpoint).join(" or ")} has not answered in ${seconds(askedMs)}`,
    advice: silentAdvice(the, the),
  };
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
