import { formatEndpoint } from "@netpunch/wire";
import { signal } from "@preact/signals";
import type { Field, Inspected } from "../inspect/inspected.js";
import type { Journey } from "../trace/journey.js";
import { messageOf } from "../trace/messages.js";
import { called } from "../trace/story.js";
import { duration } from "../verdict/duration.js";
import { inspected, run } from "./state.js";

const pointedAt = signal<number | null>(null);

const SIGNATURE = {
  valid: "Signed with our key",
  invalid: "The signature is not ours: nobody takes it",
  none: "Not signed",
} as const;

/** One datagram, byte by byte. */
export function InspectorView() {
  const journey = inspected.value;
  return (
    <section class="card inspector" aria-labelledby="inspector-title">
      <h2 id="inspector-title">{journey === null ? "No datagram yet" : <Title journey={journey} />}</h2>
      {journey === null ? (
        <p class="hint">Point at one in the diagram, or choose one with the arrow keys.</p>
      ) : (
        <Opened journey={journey} />
      )}
    </section>
  );
}

function Title({ journey }: { readonly journey: Journey }) {
  const { kind, name } = messageOf(run.value, journey);
  return (
    <>
      <i class={`swatch ${kind}`} aria-hidden="true" /> {name}{" "}
      <small>
        #{journey.id}, {journey.bytes.length} bytes
      </small>
    </>
  );
}

function Opened({ journey }: { readonly journey: Journey }) {
  const message = messageOf(run.value, journey);
  return (
    <>
      <p class="says">“{message.says}”</p>
      <Way journey={journey} />
      <p class={`signature ${message.signature}`}>{SIGNATURE[message.signature]}</p>
      <Bytes bytes={journey.bytes} message={message} />
      <Fields message={message} />
    </>
  );
}

/** Who sent it, what changed under way and what became of it. */
function Way({ journey }: { readonly journey: Journey }) {
  const { sender, sentAt, from, to, rewrites, ending, copyOf } = journey;
  const changed = changedBy(journey);
  return (
    <ul class="way">
      <li>
        {copyOf === null ? "" : `a copy of #${copyOf}, made by a link; `}sent by {called(sender)} at {duration(sentAt)}:{" "}
        <code>{formatEndpoint(from)}</code> to <code>{formatEndpoint(to)}</code>
      </li>
      {rewrites.map(({ at, node, field, was, is, mapping }) => (
        <li key={`${at} ${node} ${field}`}>
          {called(node)} rewrote its {field}: <code>{formatEndpoint(was)}</code> became{" "}
          <code>{formatEndpoint(is)}</code>
          {mapping === "new" ? ", and opened a door for answers" : ""}
        </li>
      ))}
      <li>
        {ending.type === "delivered" ? `heard by ${called(ending.node)} at ${duration(ending.at)}` : null}
        {ending.type === "dropped" ? (
          <span class="bad">
            died at {called(ending.node)}: {ending.text}
          </span>
        ) : null}
        {ending.type === "under-way" ? "was still under way when the run ended" : null}
      </li>
      {changed === "" ? null : <li>{changed}</li>}
    </ul>
  );
}

/** What it did to its receiver. */
function changedBy(journey: Journey): string {
  const { ending } = journey;
  if (ending.type !== "delivered") return "";
  const { node, at } = ending;
  if (node === "control") return "control now knows where its sender is";
  if (node !== "a" && node !== "b") return "";
  if (messageOf(run.value, journey).protocol === "none") return `the program of peer ${node} reads it`;
  const step = run.value.peers[node].steps.find((each) => each.at === at);
  if (step === undefined) return `it changed nothing for peer ${node}`;
  return step.to === "stay"
    ? `peer ${node} stays ${step.from} (${step.signal})`
    : `peer ${node} went from ${step.from} to ${step.to} (${step.signal})`;
}

function Bytes({ bytes, message }: { readonly bytes: Uint8Array; readonly message: Inspected }) {
  return (
    <div class="bytes" role="img" aria-label={`${bytes.length} bytes in hex; the list below names them`}>
      {Array.from(bytes, (byte, at) => {
        const index = fieldAt(message.fields, at);
        return (
          // biome-ignore lint/a11y/noStaticElementInteractions: pointing only adds; the list below has it all
          <span
            key={at}
            class={`f${index % 6} ${pointedAt.value === index ? "on" : ""}`}
            onMouseEnter={() => (pointedAt.value = index)}
            onMouseLeave={() => (pointedAt.value = null)}
          >
            {byte.toString(16).padStart(2, "0")}
          </span>
        );
      })}
    </div>
  );
}

function fieldAt(fields: readonly Field[], at: number): number {
  return fields.findIndex((field) => at >= field.at && at < field.at + field.sizeBytes);
}

function Fields({ message }: { readonly message: Inspected }) {
  return (
    <dl class="fields">
      {message.fields.map(({ name, at, sizeBytes, value, note }, index) => (
        // biome-ignore lint/a11y/noStaticElementInteractions: pointing only shows which bytes these are
        <div
          key={`${at}`}
          class={pointedAt.value === index ? "on" : ""}
          onMouseEnter={() => (pointedAt.value = index)}
          onMouseLeave={() => (pointedAt.value = null)}
        >
          <dt>
            <i class={`f${index % 6}`} aria-hidden="true" />
            {name}
            <small>{sizeBytes === 1 ? `byte ${at}` : `bytes ${at} to ${at + sizeBytes - 1}`}</small>
          </dt>
          <dd>
            <code>{value}</code>
            <span>{note}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
