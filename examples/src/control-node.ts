// A control node inside a program of yours, with a log: NETPUNCH_SECRET=... npx tsx control-node.ts :7777
import { startControl } from "@netpunch/control";

const [local = ":7777"] = process.argv.slice(2);
const secret = process.env["NETPUNCH_SECRET"] ?? "";
const ending = new AbortController();
process.once("SIGINT", () => ending.abort());

const control = await startControl({
  local,
  secret,
  signal: ending.signal,
  observers: [{ event: (event) => console.log(JSON.stringify(event)) }],
});
console.log(`listening on port ${control.addresses[0]?.port}`);

await control.closed;
const { heard, dropped } = control.stats();
console.log(JSON.stringify({ heard, dropped }));
