import { within } from "../link/link.js";
import type { Choices, Deed } from "../run/choices.js";
import { duration } from "../verdict/duration.js";
import { addDeed, choices, choose, inspected, now, removeDeed, told } from "./state.js";

type NumberName = "latencyMs" | "jitterMs" | "loss" | "duplicate" | "bStartsAtMs" | "limitS" | "seed";

const FIELDS: readonly {
  readonly name: NumberName;
  readonly label: string;
  readonly unit: string;
  readonly percent?: true;
}[] = [
  { name: "bStartsAtMs", label: "b starts after", unit: "ms" },
  { name: "latencyMs", label: "Latency", unit: "ms" },
  { name: "jitterMs", label: "Jitter", unit: "ms" },
  { name: "loss", label: "Loss", unit: "%", percent: true },
  { name: "duplicate", label: "Duplicates", unit: "%", percent: true },
  { name: "limitS", label: "Patience", unit: "s" },
  { name: "seed", label: "Seed", unit: "" },
];

/** What the net is like, and what is done to it. */
export function ConditionsView() {
  return (
    <section class="card conditions" aria-labelledby="conditions-title">
      <h2 id="conditions-title">Make it harder</h2>
      <div class="numbers">
        {FIELDS.map((field) => (
          <NumberField key={field.name} {...field} />
        ))}
      </div>
      <div class="deeds">
        <Heading />
        <Deeds />
      </div>
      <Planned />
    </section>
  );
}

function NumberField({ name, label, unit, percent }: (typeof FIELDS)[number]) {
  const scale = percent ? 100 : 1;
  return (
    <label>
      <span>{label}</span>
      <span class="with-unit">
        <input
          type="number"
          min="0"
          value={Number((choices.value[name] * scale).toFixed(1))}
          onChange={({ currentTarget }) => choose(changed(name, currentTarget.valueAsNumber / scale))}
        />
        {unit}
      </span>
    </label>
  );
}

function changed(name: NumberName, value: number): Choices {
  return { ...choices.value, [name]: within(name, value) };
}

function Heading() {
  return <h3>At {duration(told.value)} of the run</h3>;
}

/** A deed as it is planned when its button is pressed: now. */
type Unplanned = Deed extends infer Each ? (Each extends Deed ? Omit<Each, "atMs"> : never) : never;

function doNow(deed: Unplanned): void {
  addDeed({ ...deed, atMs: Math.ceil(now.value) } as Deed);
}

function Deeds() {
  const replayed = inspected.value;
  const deeds: readonly (readonly [string, Unplanned])[] = [
    ["Kill control", { type: "stop-control" }],
    ["Start control", { type: "start-control" }],
    ["Reboot a's NAT", { type: "reboot-nat", side: "a" }],
    ["Reboot b's NAT", { type: "reboot-nat", side: "b" }],
    ["New address for a", { type: "change-address", side: "a" }],
    ["New address for b", { type: "change-address", side: "b" }],
  ];
  return (
    <div class="buttons">
      {deeds.map(([text, deed]) => (
        <button key={text} type="button" onClick={() => doNow(deed)}>
          {text}
        </button>
      ))}
      {replayed === null ? null : <Replays datagram={replayed.id} />}
    </div>
  );
}

/** What an attacker can do who has seen a datagram. */
function Replays({ datagram }: { readonly datagram: number }) {
  return (
    <>
      <button type="button" class="danger" onClick={() => doNow({ type: "replay", datagram, source: "own" })}>
        Replay #{datagram} as an attacker
      </button>
      <button type="button" class="danger" onClick={() => doNow({ type: "replay", datagram, source: "forged" })}>
        Replay #{datagram}, its source forged
      </button>
    </>
  );
}

const WHAT = {
  "stop-control": () => "control is killed",
  "start-control": () => "control starts",
  "reboot-nat": (deed: Deed) => `${"side" in deed ? deed.side : ""}'s NAT reboots`,
  "change-address": (deed: Deed) => `${"side" in deed ? deed.side : ""} gets another address`,
  replay: (deed: Deed) =>
    "datagram" in deed ? `#${deed.datagram} is replayed${deed.source === "forged" ? ", its source forged" : ""}` : "",
} as const satisfies Record<Deed["type"], (deed: Deed) => string>;

function Planned() {
  const { deeds } = choices.value;
  if (deeds.length === 0) return null;
  return (
    <ul class="planned" aria-label="What is done">
      {deeds.map((deed, index) => (
        <li key={`${deed.atMs} ${WHAT[deed.type](deed)}`}>
          {duration(deed.atMs)}: {WHAT[deed.type](deed)}
          <button type="button" aria-label={`Take back: ${WHAT[deed.type](deed)}`} onClick={() => removeDeed(index)}>
            ×
          </button>
        </li>
      ))}
    </ul>
  );
}
