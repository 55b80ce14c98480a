import { sameEndpoint } from "@netpunch/wire";
import { inspect } from "../inspect/inspect.js";
import type { Inspected } from "../inspect/inspected.js";
import { createKeyring } from "../inspect/keyring.js";
import type { Run } from "../run/run.js";
import type { Journey } from "./journey.js";

const keyring = createKeyring();
const opened = new WeakMap<Journey, Inspected>();

/** What a datagram of a run says; opened at the first look. */
export function messageOf({ controlAt }: Pick<Run, "controlAt">, journey: Journey): Inspected {
  const known = opened.get(journey);
  if (known !== undefined) return known;
  const audience = controlAt.some((each) => sameEndpoint(each, journey.to)) ? "control" : "peer";
  const message = inspect(journey.bytes, audience, keyring);
  opened.set(journey, message);
  return message;
}

/** When the last that is seen of it is over. */
export function goneAt({ legs, ending }: Journey): number {
  const last = legs.at(-1);
  return ending.type === "under-way" ? (last?.endAt ?? ending.at) : Math.max(ending.at, last?.endAt ?? 0);
}
