// A chat between two machines, through whatever NATs are between them:
//   NETPUNCH_SECRET=... npx tsx chat.ts vps.example:7777 a       and slot b on the other machine.
// What arrives is printed as it is: anybody who can forge UDP packets can write into this chat. Encrypt what matters.
import { createInterface } from "node:readline";
import { punch } from "@netpunch/peer";

const [control = "", slot = ""] = process.argv.slice(2);
const secret = process.env["NETPUNCH_SECRET"] ?? "";

const hole = await punch({ control, slot, secret });
console.log(`connected to ${hole.remote.address}, type a line`);

const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => hole.send(new TextEncoder().encode(line)));
lines.on("close", () => hole.release());

for await (const message of hole.messages) console.log(`> ${new TextDecoder().decode(message)}`);
