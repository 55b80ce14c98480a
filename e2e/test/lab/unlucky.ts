// A process with a lab that does not come to a good end: what befalls it is its argument.
import { Lab } from "../../src/lab/lab.js";

const lab = new Lab();
const host = lab.internet.attach("host", ["203.0.113.1"]);
// One that ignores the gentler signals, and has a child.
host.start(["sh", "-c", "trap '' TERM INT HUP; sleep 1000"]);
process.stdout.write("ready\n");

const fates: Readonly<Record<string, () => void>> = {
  "it throws": () => {
    throw new Error("for the test");
  },
  "it exits": () => process.exit(3),
  "it is killed": () => setInterval(() => {}, 1000),
};
fates[process.argv[2] ?? ""]?.();
