import { formatEndpoint, type v1 } from "@netpunch/wire";
import { PunchError, type PunchErrorCode } from "./errors.js";
import type { Findings } from "./report.js";

/** chosen: a peer that waits announces every second, so control has been asked five times since. */
const STALE_INTRODUCTION_MS = 5000;

/** Says why there is no hole, as far as protocol v1 can tell, and what to check. */
export function explain(findings: Findings, partner: v1.Slot, controlName: string): PunchError {
  const waited = `${(findings.elapsedMs / 1000).toFixed(1)} s`;
  const cause = findings.sendError === null ? {} : { cause: findings.sendError };
  if (findings.heard !== null) {
    return new PunchError(
      "one-way",
      `slot ${partner} is heard from ${formatEndpoint(findings.heard)} but does not hear us`,
      {
        advice:
          "Its datagrams arrive here and ours do not arrive there: look for a firewall that blocks outgoing UDP here or " +
          "incoming UDP there. A partner that was heard only once may also have ended in the middle.",
        ...cause,
      },
    );
  }
  if (findings.introduced !== null) return unheard(findings.introduced, partner, cause);
  if (findings.control === null) {
    return new PunchError("host-not-found", `control ${controlName} has no address after ${waited}`, {
      advice: "Check the name, and this machine's network and name server.",
      cause: findings.resolveError ?? undefined,
    });
  }
  const where = formatEndpoint(findings.control);
  const secret =
    findings.badSignatures > 0
      ? ` ${findings.badSignatures} datagrams came that are signed with another secret, so compare the secrets first.`
      : "";
  const unsent = findings.sendError === null ? "" : ` Last error: ${findings.sendError.message}.`;
  return new PunchError("control-silent", `control ${where} has not answered in ${waited}`, {
    advice:
      `Protocol v1 answers nothing before the partner is there, and nothing to another secret.${unsent}${secret} Check that ` +
      `slot ${partner} is started with the same control, that control runs and its UDP port is open, and that all three have ` +
      "the same secret, to the last byte (a file's newline counts).",
    ...cause,
  });
}

function unheard(
  introduced: NonNullable<Findings["introduced"]>,
  partner: v1.Slot,
  cause: { cause?: Error },
): PunchError {
  const where = formatEndpoint(introduced.endpoint);
  if (introduced.agoMs >= STALE_INTRODUCTION_MS) {
    const ago = `${(introduced.agoMs / 1000).toFixed(0)} s`;
    return new PunchError(
      "partner-absent",
      `slot ${partner} was at ${where}, but control has not named it for ${ago}`,
      {
        advice: "The partner has gone, or control has: start the partner again and check that control still runs.",
        ...cause,
      },
    );
  }
  return new PunchError("partner-unheard", `slot ${partner} is at ${where}, but nothing came from there`, {
    advice:
      "Either the partner has gone and control still remembers it, or the two NATs do not let each other through: a symmetric " +
      "NAT facing a port-restricted or another symmetric one, two peers behind the same NAT without hairpinning, or a " +
      "firewall that blocks UDP. Try another network on one side.",
    ...cause,
  });
}

const TRANSPORT_ADVICE: Readonly<Record<string, string>> = {
  "host-not-found": "Check the name, and this machine's network and name server.",
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
