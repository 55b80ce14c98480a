import { join } from "node:path";
import { Lab, type Machine } from "./lab.js";
import { KINDS, type KindName, type Spot } from "./places.js";
import { PEER_PORT } from "./routers.js";
import type { Running } from "./running.js";

const CONTROL_ADDRESS = "198.51.100.1";
/** Where control is. */
const CONTROL = `${CONTROL_ADDRESS}:7777`;
const CONTROL_IPV6 = "2001:db8:1::1";
/** By a name, which has an address of each version of IP. */
const CONTROL_NAME = "control.example";

/** A key, not a passphrase: a key is made of it in no time. It is published here, so it is nobody's secret. */
const SECRET = "np2_bmV0cHVuY2ggZTJlOiBhIGtleSwgbm8gc2VjcmV0ISE";

/** What programs in a lab find in their environment: `netpunch` as it was installed in `directory`, and a secret. */
function environment(directory: string): NodeJS.ProcessEnv {
  return {
    PATH: `${directory}/node_modules/.bin:${process.env["PATH"]}`,
    NETPUNCH_SECRET: SECRET,
  };
}

/** A lab with a machine for control. */
export function labWithControl(
  directory: string,
  addresses: readonly string[] = [CONTROL_ADDRESS],
): { readonly lab: Lab; readonly control: Machine } & Disposable {
  const lab = new Lab(environment(directory));
  const control = lab.internet.attach("control", addresses);
  return { lab, control, [Symbol.dispose]: () => lab.close() };
}

/** The same with two peers' machines, a at site 1 and b at site 2. */
export function labWithPeers(directory: string, { a, b }: { readonly a: KindName; readonly b: KindName }) {
  return labWithSpots(directory, { a: KINDS[a], b: KINDS[b] });
}

/** The same for other places; control has both versions of IP. */
export function labWithSpots(directory: string, { a, b }: { readonly a: Spot; readonly b: Spot }) {
  const around = labWithControl(directory, [CONTROL_ADDRESS, CONTROL_IPV6]);
  return { ...around, a: a.settle(around.lab, "a", 1), b: b.settle(around.lab, "b", 2) };
}

/** Starts control and waits until it listens; flags that are given here count instead of the usual ones. */
export async function startControl(machine: Machine, ...flags: readonly string[]): Promise<Running> {
  const usual = ["-local", ":7777", "-secret-env", "NETPUNCH_SECRET"];
  const control = machine.start(["netpunch", "control", ...usual, ...flags]);
  await control.saw(/Start in control mode/);
  return control;
}

/** What a peer is told unless it is told something else. */
const USUAL = ["-remote", CONTROL, "-local", `:${PEER_PORT}`, "-secret-env", "NETPUNCH_SECRET", "-json"];

/** Starts a peer in a slot; flags that are given here count instead of the usual ones. */
export function startPeer(machine: Machine, slot: string, ...flags: readonly string[]): Running {
  return machine.start(["netpunch", "peer", slot, ...USUAL, ...flags]);
}

/** Starts a peer in a session. */
export function startInSession(machine: Machine, ...flags: readonly string[]): Running {
  return machine.start(["netpunch", "peer", "-session", "lab", ...USUAL, ...flags]);
}

const ROOM = join(import.meta.dirname, "../..");
const TYPESCRIPT = [process.execPath, "--conditions=@netpunch/source", "--import", "tsx"];

/** Starts the original's peer, with its timing and faults; it prints where its hole leads. */
export function startOriginalPeer(machine: Machine, slot: string): Running {
  return startOriginal(machine, "peer", slot, CONTROL, `${PEER_PORT}`);
}

/** Starts the original's control, which speaks protocol v1 only, and waits until it listens. */
export async function startOriginalControl(machine: Machine): Promise<void> {
  await startOriginal(machine, "control", "7777").saw(/listening/);
}

function startOriginal(machine: Machine, ...words: readonly string[]): Running {
  return machine.start([...TYPESCRIPT, join(ROOM, "src/lab/original.ts"), ...words], { cwd: ROOM });
}

/** Starts a peer in a session that is given control's name. */
export function startByName(machine: Machine, ...flags: readonly string[]): Running {
  // In a mount namespace of its own, where a table of names of its own lies over the system's.
  const names = `${CONTROL_ADDRESS} ${CONTROL_NAME}\n${CONTROL_IPV6} ${CONTROL_NAME}\n`;
  const script = `mount -t tmpfs tmpfs /mnt; printf %s "$1" >/mnt/hosts; mount --bind /mnt/hosts /etc/hosts; shift; exec "$@"`;
  const netpunch = ["netpunch", "peer", "-session", "lab", ...USUAL, "-remote", `${CONTROL_NAME}:7777`, ...flags];
  return machine.start(["unshare", "--mount", "sh", "-euc", script, "sh", names, ...netpunch]);
}

/** How a peer ended: its hole, or the code of the error. */
export type Outcome =
  | {
      readonly type: "result";
      readonly protocol: "v1" | "v2";
      readonly path: string | null;
      readonly remote: string;
      readonly totalMs: number;
    }
  | { readonly type: "error"; readonly code: string };

/** Waits for a peer's end and reads the line that `-json` prints. */
export async function outcomeOf(peer: Running): Promise<Outcome> {
  const { code, signal } = await peer.ended;
  const [line = ""] = peer.stdout.split("\n");
  try {
    const printed = JSON.parse(line);
    if (printed.type === "result" && code === 0) {
      const { protocol, path, remote, totalMs } = printed;
      return { type: "result", protocol, path, remote: remote.address, totalMs };
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
