import { computed, effect, signal, useComputed } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { type Arrow, arrowsBetween, drawSequence } from "../sequence/sequence.js";
import type { Journey } from "../trace/journey.js";
import { messageOf } from "../trace/messages.js";
import { called } from "../trace/story.js";
import { duration } from "../verdict/duration.js";
import { film, hovered, now, run, seek, selected } from "./state.js";
import { StoryView } from "./story-view.js";

const ZOOMS = [10, 20, 40, 80, 160, 320] as const;
const zoom = signal(3);
const widthPx = signal(640);
/** What of the diagram is to be seen. */
const window_ = signal({ top: 0, height: 520 });
const shown = signal<"diagram" | "list">("diagram");

const sequence = computed(() => drawSequence(run.value, film.value, widthPx.value, ZOOMS[zoom.value] ?? 80));
const visible = computed(() => {
  const { top, height } = window_.value;
  return arrowsBetween(sequence.value, top - 80, top + height + 80);
});

export function SequenceView() {
  return (
    <section class="card sequence" aria-labelledby="sequence-title">
      <div class="head">
        <h2 id="sequence-title">Every datagram</h2>
        {/* biome-ignore lint/a11y/useSemanticElements: a field set is for what is filled in */}
        <div class="segments small" role="group" aria-label="How to show them">
          <Choice name="diagram" text="Diagram" />
          <Choice name="list" text="List" />
        </div>
        {shown.value === "diagram" ? (
          <div class="buttons">
            <button type="button" aria-label="Zoom out" onClick={() => zoomBy(-1)} disabled={zoom.value === 0}>
              −
            </button>
            <button
              type="button"
              aria-label="Zoom in"
              onClick={() => zoomBy(1)}
              disabled={zoom.value === ZOOMS.length - 1}
            >
              +
            </button>
          </div>
        ) : null}
      </div>
      {shown.value === "diagram" ? <Diagram /> : null}
      <StoryView use={shown.value === "diagram" ? "read" : "choose"} />
    </section>
  );
}

function Choice({ name, text }: { readonly name: "diagram" | "list"; readonly text: string }) {
  const isOn = shown.value === name;
  return (
    <button type="button" aria-pressed={isOn} class={isOn ? "on" : ""} onClick={() => (shown.value = name)}>
      {text}
    </button>
  );
}

function zoomBy(by: 1 | -1): void {
  zoom.value = Math.min(ZOOMS.length - 1, Math.max(0, zoom.value + by));
}

function Diagram() {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => watchBox(box.current), []);
  const { columns, heightPx } = sequence.value;
  return (
    <div class="diagram">
      <svg class="heads" width={widthPx.value} height="26" aria-hidden="true">
        {columns.map(({ node, label, x }) => (
          <text key={node} x={x} y="17" text-anchor="middle">
            {label}
          </text>
        ))}
      </svg>
      <div
        ref={box}
        class="scroll"
        tabIndex={0}
        role="listbox"
        aria-label="Datagrams in the order of time; arrow keys choose one"
        aria-activedescendant={selected.value === null ? undefined : `datagram-${selected.value}`}
        onKeyDown={(event) => onKey(event, box.current)}
      >
        <svg width={widthPx.value} height={heightPx} role="presentation">
          {columns.map(({ node, x }) => (
            <line key={node} class="life" x1={x} x2={x} y1="0" y2={heightPx} />
          ))}
          {visible.value.map((arrow) => (
            <ArrowView key={arrow.journey.id} arrow={arrow} />
          ))}
          <Marks />
        </svg>
        <Cover />
      </div>
    </div>
  );
}

/** In whole pixels, so that slow motion does not move it in each frame. */
const coveredFrom = computed(() => Math.round(sequence.value.yAt(now.value)));

/** What has not happened yet is covered. */
function Cover() {
  const cover = useRef<HTMLDivElement>(null);
  useEffect(
    () =>
      effect(() => {
        if (cover.current !== null) cover.current.style.transform = `translateY(${coveredFrom.value}px)`;
      }),
    [],
  );
  return (
    <div class="covered" style={{ height: `${sequence.value.heightPx}px` }}>
      <div ref={cover} class="cover" />
    </div>
  );
}

function Marks() {
  const { yAt } = sequence.value;
  return (
    <>
      {run.value.marks.map(({ at, text }) => (
        <g key={`${at} ${text}`} class="mark">
          <line x1="0" x2={widthPx.value} y1={yAt(at)} y2={yAt(at)} />
          <text x={widthPx.value / 2} y={yAt(at) - 5} text-anchor="middle">
            {inShort(text)}
          </text>
        </g>
      ))}
    </>
  );
}

/** What was done, without what follows from it: the list has all of it. */
function inShort(text: string): string {
  return text.split(/[:,] |\.$/)[0] ?? text;
}

/** chosen: room for the longest name. */
const NAME_PX = 66;
/** chosen: of many that leave at once, more names than these would stand on other columns. */
const NAMES_IN_LINE = 3;

function ArrowView({ arrow: { journey, points, isLost, before } }: { readonly arrow: Arrow }) {
  const { kind, name } = messageOf(run.value, journey);
  // Of thousands, only those are drawn anew that become the chosen one, or no longer are.
  const { value: isChosen } = useComputed(() => journey.id === (hovered.value ?? selected.value));
  const [first, second = first] = points;
  const last = points.at(-1);
  if (first === undefined || second === undefined || last === undefined) return null;
  const d = points.map(({ x, y }, index) => `${index === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
  const aside = (second.x >= first.x ? 1 : -1) * (7 + before * NAME_PX);
  return (
    <g
      id={`datagram-${journey.id}`}
      role="option"
      aria-selected={isChosen}
      aria-label={labelOf(journey, name)}
      tabIndex={-1}
      class={`arrow ${kind} ${isChosen ? "chosen" : ""}`}
      onMouseEnter={() => (hovered.value = journey.id)}
      onMouseLeave={() => (hovered.value = null)}
      onClick={() => take(journey)}
    >
      <path class="reach" d={d} />
      <path class="line" d={d} />
      {isLost ? (
        <path class="cross" d={`M${last.x - 5} ${last.y - 5}l10 10m0 -10l-10 10`} />
      ) : (
        <path class="tip" d={tip(points)} />
      )}
      {before < NAMES_IN_LINE ? (
        <text x={first.x + aside} y={first.y - 4} text-anchor={aside > 0 ? "start" : "end"}>
          {name}
        </text>
      ) : null}
    </g>
  );
}

function tip(points: Arrow["points"]): string {
  const [from, to] = [points.at(-2), points.at(-1)];
  if (from === undefined || to === undefined) return "";
  const angle = Math.atan2(to.y - from.y, to.x - from.x);
  const end = (turn: number) =>
    `${(to.x - 8 * Math.cos(angle + turn)).toFixed(1)} ${(to.y - 8 * Math.sin(angle + turn)).toFixed(1)}`;
  return `M${to.x.toFixed(1)} ${to.y.toFixed(1)}L${end(0.4)}L${end(-0.4)}z`;
}

function labelOf({ id, sender, sentAt, ending }: Journey, name: string): string {
  const end =
    ending.type === "dropped"
      ? `dies: ${ending.text}`
      : ending.type === "delivered"
        ? `reaches ${called(ending.node)}`
        : "is under way";
  return `#${id} ${name} from ${called(sender)} at ${duration(sentAt)}, ${end}`;
}

function take(journey: Journey): void {
  selected.value = selected.value === journey.id ? null : journey.id;
}

function onKey(event: KeyboardEvent, box: HTMLDivElement | null): void {
  const by = {
    ArrowDown: 1,
    ArrowUp: -1,
    PageDown: 10,
    PageUp: -10,
    Home: Number.NEGATIVE_INFINITY,
    End: Number.POSITIVE_INFINITY,
  }[event.key];
  if (event.key === "Escape") selected.value = null;
  if (by === undefined) return;
  event.preventDefault();
  const { journeys } = run.value;
  const index = journeys.findIndex(({ id }) => id === selected.value);
  const next = journeys[Math.min(journeys.length - 1, Math.max(0, index + by))];
  if (next === undefined) return;
  selected.value = next.id;
  if (next.bornAt > now.value) seek(next.bornAt);
  const y = sequence.value.yAt(next.sentAt);
  if (box !== null && (y < box.scrollTop + 30 || y > box.scrollTop + box.clientHeight - 60))
    box.scrollTop = y - box.clientHeight / 2;
}

/** Keeps the size and place of what is seen, and while the film runs, its newest in sight. */
function watchBox(box: HTMLDivElement | null): () => void {
  if (box === null) return () => {};
  const look = () => {
    widthPx.value = box.clientWidth;
    window_.value = { top: box.scrollTop, height: box.clientHeight };
  };
  const observer = new ResizeObserver(look);
  observer.observe(box);
  box.addEventListener("scroll", look, { passive: true });
  const stop = effect(() => {
    const y = coveredFrom.value;
    // As last seen: to ask the browser would make it lay the page out in each frame.
    const { top, height } = window_.peek();
    const isInSight = y > top && y < top + height * 0.75;
    if (!isInSight) box.scrollTop = y - height * 0.5;
  });
  return () => {
    observer.disconnect();
    stop();
  };
}
