// A control node on loopback, as a process of its own: `control`. It tells what it sees on standard output.
import { startControl } from "@netpunch/control";
import { SECRET } from "../../src/inspect/keyring.js";
import { endWithServer, fail, observer, tellBound } from "./tell.js";

endWithServer();
try {
  const control = await startControl({ local: "127.0.0.1:0", secret: SECRET, observers: [observer("control")] });
  for (const local of control.addresses) tellBound("control", local);
} catch (error) {
  fail("control", error);
}
