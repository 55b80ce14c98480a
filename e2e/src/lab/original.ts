// The original's peer or control as a program, for labs: `peer SLOT CONTROL PORT` or `control PORT`; the secret is in
// NETPUNCH_SECRET. It prints a line for each event, and a peer the address of its hole.
import { createOriginalControl, createOriginalPeer } from "@netpunch/original";
import { createResolver, drive, openSocket } from "@netpunch/transport/udp";
import { formatEndpoint, v1 } from "@netpunch/wire";

const secret = process.env["NETPUNCH_SECRET"] ?? "";
const [mode, ...rest] = process.argv.slice(2);
if (mode === "peer") await runPeer(rest);
else if (mode === "control") await runControl(rest);
else throw new TypeError(`expected peer or control, got ${mode}`);

async function runPeer([slot, control = "", port = ""]: readonly string[]): Promise<void> {
  if (!v1.isSlot(slot)) throw new TypeError(`expected a slot, got ${slot}`);
  const bound = await openSocket(`0.0.0.0:${port}`);
  const driver = drive(createOriginalPeer({ slot, secret }), {
    sockets: [bound],
    resolve: createResolver(control, bound.family),
    onEvent: (event) => {
      if (event.type === "connected") print(`connected ${formatEndpoint(event.endpoint)}`);
      else print(`${event.type} ${event.type === "mode" ? event.mode : event.why}`);
    },
    onDone: () => void driver.close(),
  });
}

async function runControl([port = ""]: readonly string[]): Promise<void> {
  drive(createOriginalControl(secret), { sockets: [await openSocket(`0.0.0.0:${port}`)] });
  print("listening");
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
