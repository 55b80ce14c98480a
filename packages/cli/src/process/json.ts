import type { ControlStats } from "@netpunch/control";
import type { Hole } from "@netpunch/peer";
import { formatEndpoint } from "@netpunch/wire";
import type { Meeting } from "../command-line/meeting.js";
import type { Fields } from "../command-line/template.js";
import type { Failure } from "./failure.js";

/**
 * The schema of what -json prints: one object on a line. Fields are only ever added under this name; whatever breaks a
 * reader gets another number.
 */
const SCHEMA = "netpunch/1";

/** @param downgraded why v1 was taken where v2 was hoped for. */
export function resultJson(
  meeting: Meeting,
  fields: Fields,
  { report }: Pick<Hole, "report">,
  downgraded: string | null,
): string {
  return line("result", {
    slot: meeting.type === "slot" ? meeting.slot : null,
    session: meeting.type === "session" ? meeting.name : null,
    local: address(fields.LocalAddr, fields.LocalIP, fields.LocalPort),
    remote: address(fields.RemoteAddr, fields.RemoteIP, fields.RemotePort),
    control: report.control === null ? null : formatEndpoint(report.control),
    protocol: report.protocol,
    downgraded,
    path: report.path,
    roundTripMs: report.roundTripMs === null ? null : round(report.roundTripMs),
    by: report.by,
    keyDerivationMs: round(report.keyDerivationMs),
    totalMs: round(report.totalMs),
    phases: report.phases.map(({ phase, atMs, ms, sent, heard }) => ({
      phase,
      atMs: round(atMs),
      ms: round(ms),
      sent,
      heard,
    })),
  });
}

export function errorJson({ code, message, advice, exitCode }: Failure): string {
  return line("error", { code, message, advice, exitCode });
}

export function keyJson(
  type: "secret" | "control-key",
  where: { readonly key: string } | { readonly file: string },
): string {
  return line(type, where);
}

export function listeningJson(addresses: readonly string[], protocols: readonly string[]): string {
  return line("listening", { addresses, protocols });
}

export function statsJson(stats: ControlStats): string {
  return line("stats", { ...stats, uptimeMs: round(stats.uptimeMs) });
}

function line(type: string, content: object): string {
  return `${JSON.stringify({ schema: SCHEMA, type, ...content })}\n`;
}

function address(addr: string, ip: string, port: string) {
  return { address: addr, ip: ip === "n/a" ? null : ip, port: Number(port) };
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
