import { Lab, type Machine } from "./lab.js";
import { KINDS, type KindName, PEER_PORT } from "./places.js";
import type { Running } from "./running.js";

const CONTROL_ADDRESS = "198.51.100.1";
/** Where control is. */
const CONTROL = `${CONTROL_ADDRESS}:7777`;

/** What programs in a lab find in their environment: `netpunch` as it was installed in `directory`, and a secret. */
function environment(directory: string): NodeJS.ProcessEnv {
  return {
    PATH: `${directory}/node_modules/.bin:${process.env["PATH"]}`,
    NETPUNCH_SECRET: "TheSecretWord",
  };
}

/** A lab with a machine for control. */
export function labWithControl(directory: string): { readonly lab: Lab; readonly control: Machine } & Disposable {
  const lab = new Lab(environment(directory));
  const control = lab.internet.attach("control", [CONTROL_ADDRESS]);
  return { lab, control, [Symbol.dispose]: () => lab.close() };
}

/** The same with two peers' machines, a at site 1 and b at site 2. */
export function labWithPeers(directory: string, { a, b }: { readonly a: KindName; readonly b: KindName }) {
  const around = labWithControl(directory);
  return { ...around, a: KINDS[a].settle(around.lab, "a", 1), b: KINDS[b].settle(around.lab, "b", 2) };
}

/** Starts control and waits until it listens. */
export async function startControl(machine: Machine): Promise<Running> {
  const control = machine.start(["netpunch", "control", "-local", ":7777", "-secret-env", "NETPUNCH_SECRET"]);
  await control.saw(/Start in control mode/);
  return control;
}

/** Starts a peer; flags that are given here count instead of the usual ones. */
export function startPeer(machine: Machine, slot: string, ...flags: readonly string[]): Running {
  const usual = ["-remote", CONTROL, "-local", `:${PEER_PORT}`, "-secret-env", "NETPUNCH_SECRET", "-json"];
  return machine.start(["netpunch", "peer", slot, ...usual, ...flags]);
}

/** How a peer ended: its hole, or the code of the error. */
export type Outcome =
  | { readonly type: "result"; readonly remote: string; readonly totalMs: number }
  | { readonly type: "error"; readonly code: string };

/** Waits for a peer's end and reads the line that `-json` prints. */
export async function outcomeOf(peer: Running): Promise<Outcome> {
  const { code, signal } = await peer.ended;
  const [line = ""] = peer.stdout.split("\n");
  try {
    const printed = JSON.parse(line);
    if (printed.type === "result" && code === 0) {
      return { type: "result", remote: printed.remote.address, totalMs: printed.totalMs };
    }
    if (printed.type === "error" && code === 1) return { type: "error", code: printed.code };
  } catch {
    // No such line: below.
  }
  throw new Error(`a peer ended with ${code ?? signal} and printed:\n${peer.stdout}${peer.stderr}`);
}

/** When a peer logged something, in milliseconds since 1970. */
export function loggedAt(peer: Running, what: RegExp): number {
  const line = peer.stderr.split("\n").find((each) => what.test(each));
  const [, date, time, ms] = /^(\S+) (\S+)\.(\d{3})/.exec(line ?? "") ?? [];
  if (date === undefined) throw new Error(`${what} is not in this log:\n${peer.stderr}`);
  return Date.parse(`${date.replaceAll("/", "-")}T${time}.${ms}`);
}
