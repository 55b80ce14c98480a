// A control node without limits: all announces of a load test come from one address.
import { startControl } from "@netpunch/control";
import { serve } from "./serve.js";

const control = await startControl({
  local: process.argv[2] === "udp4" ? "127.0.0.1:0" : ":0",
  secret: "TheSecretWord",
  budgets: {
    announcesPerSlotPerSecond: Number.POSITIVE_INFINITY,
    announcesPerSourcePerSecond: Number.POSITIVE_INFINITY,
    announcesPerSecond: Number.POSITIVE_INFINITY,
    answerSpacingMs: 0,
    framesPerSourcePerSecond: Number.POSITIVE_INFINITY,
    framesPerSecond: Number.POSITIVE_INFINITY,
  },
});
const [address] = control.addresses;
if (address === undefined) throw new Error("control listens nowhere");
serve(address.port, () => control.stats().heard);
