// A chat between two machines, through whatever NATs are between them:
//   NETPUNCH_SECRET=... npx tsx chat.ts vps.example:7777 home       the same on both machines; "home" is any name
// What arrives is printed as it is: anybody who can forge UDP packets can write into this chat. Encrypt what matters.
import { createInterface } from "node:readline";
import { punch } from "@netpunch/peer";

const [control = "", session = ""] = process.argv.slice(2);
const secret = process.env["NETPUNCH_SECRET"] ?? "";

const hole = await punch({ control, session, secret });
console.log(`connected in ${hole.report.totalMs.toFixed()} ms, type a line`);

const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => hole.send(new TextEncoder().encode(line)));
lines.on("close", () => hole.release());

for await (const message of hole.messages) console.log(`> ${new TextDecoder().decode(message)}`);
