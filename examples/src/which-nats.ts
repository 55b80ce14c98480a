// Which NATs let two peers meet, tried out in a simulated internet: npx tsx which-nats.ts
import { createControlCore } from "@netpunch/control/core";
import { createPeerCore } from "@netpunch/peer/core";
import { createInternet, natPresets } from "@netpunch/simnet";

const kinds = ["fullCone", "restrictedCone", "portRestricted", "symmetric"] as const;
const control = { address: "198.51.100.1", port: 7777 };
const secret = "TheSecretWord";

function meet(kindA: (typeof kinds)[number], kindB: (typeof kinds)[number]): boolean {
  const net = createInternet({ seed: 1, link: { latencyMs: 25 } });
  net.host("control", { address: control.address }).run(createControlCore({ secret }), { port: control.port });
  const peers = (
    [
      ["a", kindA],
      ["b", kindB],
    ] as const
  ).map(([slot, kind]) =>
    net
      .nat(`router ${slot}`, { ...natPresets[kind] })
      .host(slot)
      .run(createPeerCore({ slot, secret }), { resolve: [control] }),
  );
  const connected = () => peers.every(({ events }) => events.some(({ event }) => event.type === "connected"));
  return net.run({ until: connected, limitMs: 60_000 }) === "condition";
}

console.log(
  ["", ...kinds]
    .map((kind) => kind.padEnd(16))
    .join("")
    .trimEnd(),
);
for (const kindA of kinds) {
  const row = kinds.map((kindB) => (meet(kindA, kindB) ? "yes" : "no"));
  console.log(
    [kindA, ...row]
      .map((cell) => cell.padEnd(16))
      .join("")
      .trimEnd(),
  );
}
