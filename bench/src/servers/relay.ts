// A control node whose relay is unlimited, or as it is by default; introductions are never limited, as all come from one address.
import { startControl } from "@netpunch/control";
import { serve } from "./serve.js";

const UNLIMITED = Number.POSITIVE_INFINITY;
const ENDS = 10_000;
const isLimited = process.argv[3] === "limited";

const control = await startControl({
  local: process.argv[2] === "udp4" ? "127.0.0.1:0" : ":0",
  secret: "TheSecretWord",
  budgets: {
    bindings: 100_000,
    bindingsPerSource: UNLIMITED,
    framesPerSourcePerSecond: UNLIMITED,
    framesPerSecond: UNLIMITED,
    challengesPerSourcePerSecond: UNLIMITED,
    challengesPerSecond: UNLIMITED,
  },
  relay: {
    ...(isLimited ? {} : { perPair: UNLIMITED, total: UNLIMITED }),
    ends: ENDS,
    endsPerSource: ENDS,
  },
});
const [address] = control.addresses;
if (address === undefined) throw new Error("control listens nowhere");
serve(address.port, () => control.stats().v2?.relay.forwarded ?? 0);
