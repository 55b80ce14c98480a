// `pnpm playground`: a control node and two peers over real UDP in one process, and all that they say to each other.
import { createDescriber, startControl } from "@netpunch/control";
import { type Hole, punch } from "@netpunch/peer";

const secret = "TheSecretWord";
const describe = createDescriber(secret);
const start = performance.now();
const names = new Map<number, string>();

/** One line of the story, with its time. */
function tell(who: string, what: string): void {
  console.log(`${(performance.now() - start).toFixed(1).padStart(7)} ms  ${who.padEnd(8)} ${what}`);
}

const control = await startControl({ local: "127.0.0.1:0", secret });
const port = control.addresses[0]?.port ?? 0;
names.set(port, "control");
tell("control", `listens on 127.0.0.1:${port}`);

/** A peer that tells what it does; the datagrams that it sends are the whole conversation. */
async function peer(slot: "a" | "b"): Promise<Hole> {
  const who = `peer ${slot}`;
  const hole = await punch({
    control: `127.0.0.1:${port}`,
    slot,
    secret,
    local: "127.0.0.1:0",
    observers: [
      {
        datagram(direction, { remote, bytes }) {
          const other = names.get(remote.port) ?? `port ${remote.port}`;
          tell(who, `${direction === "out" ? "->" : "<-"} ${other}: ${describe(bytes)}`);
        },
        event(event) {
          if (event.type === "introduced") names.set(event.endpoint.port, slot === "a" ? "peer b" : "peer a");
          if (event.type === "phase") tell(who, `is ${event.phase}`);
        },
      },
    ],
  });
  tell(who, `has a hole to ${hole.remote.address}:${hole.remote.port} after ${hole.report.totalMs.toFixed(1)} ms`);
  return hole;
}

const holes = await Promise.all([peer("a"), peer("b")]);
await Promise.all(holes.map((hole) => hole.release()));
const { heard, answered, pushed } = control.stats();
await control.close();
tell("control", `heard ${heard} announces, answered ${answered} at once and pushed ${pushed} answers`);
