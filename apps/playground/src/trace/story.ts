import type { Instant } from "@netpunch/simnet";
import { formatEndpoint } from "@netpunch/wire";
import { SIDES } from "../run/choices.js";
import type { Run } from "../run/run.js";
import type { Journey } from "./journey.js";
import { messageOf } from "./messages.js";
import { indexAt } from "./timeline.js";

/** One thing that happened, as a sentence. */
export interface Happening {
  readonly at: Instant;
  readonly type: "sent" | "arrived" | "died" | "moved" | "done";
  readonly text: string;
  readonly journey: Journey | null;
}

/** At one instant, what came stands before what it did. */
const ORDER: Readonly<Record<Happening["type"], number>> = { arrived: 0, died: 0, moved: 1, done: 2, sent: 3 };

/** The run as sentences, in the order of time: for the caption, the event list and its readers. */
export function storyOf(run: Run): readonly Happening[] {
  const happenings: Happening[] = [
    ...SIDES.map((side) => say(run.startsAt[side], "done", `Peer ${side} starts.`)),
    ...run.marks.map(({ at, text }) => say(at, "done", text)),
    ...SIDES.flatMap((side) => movesOf(run, side)),
    ...run.journeys.flatMap((journey) => stationsOf(run, journey)),
  ];
  return happenings.sort((a, b) => a.at - b.at || ORDER[a.type] - ORDER[b.type]);
}

/** The last thing that happened up to an instant. */
export function newest(story: readonly Happening[], at: Instant): Happening | null {
  return story[indexAt(story, at)] ?? null;
}

/** A node's name in a sentence. */
export function called(node: string): string {
  if (node === "a" || node === "b") return `peer ${node}`;
  return node.includes(" ") || node === "control" ? node : `the ${node}`;
}

function say(at: Instant, type: Happening["type"], text: string, journey: Journey | null = null): Happening {
  return { at, type, text, journey };
}

function movesOf({ peers }: Run, side: "a" | "b"): readonly Happening[] {
  const { steps, connectedAt, hole } = peers[side];
  const moves = steps
    .filter(({ to, from }) => to !== "stay" && to !== from)
    .map(({ at, from, signal, to }) => say(at, "moved", `Peer ${side} goes from ${from} to ${to}: ${signal}.`));
  if (connectedAt === null || hole === null) return moves;
  return [...moves, say(connectedAt, "done", `Peer ${side} is connected: its hole leads to ${formatEndpoint(hole)}.`)];
}

function stationsOf(run: Run, journey: Journey): readonly Happening[] {
  const { name } = messageOf(run, journey);
  const { bornAt, sender, to, rewrites, ending, copyOf } = journey;
  const first =
    copyOf === null
      ? `${capital(called(sender))} sends ${article(name)} to ${formatEndpoint(to)}.`
      : `A link repeats ${article(name)} of ${called(sender)}.`;
  const opened = rewrites
    // What happened to a copy before it was made happened to its original.
    .filter(({ at, mapping }) => mapping === "new" && (copyOf === null || at > bornAt))
    .map(({ at, node, was, is }) =>
      say(
        at,
        "done",
        `${capital(called(node))} opens a door: ${formatEndpoint(was)} is seen as ${formatEndpoint(is)}.`,
        journey,
      ),
    );
  return [say(bornAt, "sent", first, journey), ...opened, ...endingOf(name, ending, journey)];
}

function endingOf(name: string, ending: Journey["ending"], journey: Journey): readonly Happening[] {
  if (ending.type === "under-way") return [];
  const who = called(ending.node);
  if (ending.type === "delivered")
    return [say(ending.at, "arrived", `${capital(who)} hears ${article(name)}.`, journey)];
  const where = ending.reason === "lost" ? "" : ` at ${who}`;
  return [say(ending.at, "died", `The ${name} of ${called(journey.sender)} dies${where}: ${ending.text}.`, journey)];
}

function article(name: string): string {
  if (name === "data" || name === "peer info" || name === "junk" || name === "info") return name;
  return /^[aeiou]/.test(name) ? `an ${name}` : `a ${name}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
