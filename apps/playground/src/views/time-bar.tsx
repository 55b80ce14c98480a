import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { SPEEDS, type Speed } from "../film/player.js";
import { messageOf } from "../trace/messages.js";
import { duration } from "../verdict/duration.js";
import { step, togglePlaying } from "./playback.js";
import { film, isPlaying, now, restart, run, seek, speed, told, verdict } from "./state.js";

export function TimeBar() {
  return (
    <>
      <section class="time" aria-label="Time">
        <Buttons />
        <div class="track">
          <Ticks />
          <Rail />
          <Scrubber />
        </div>
        <Clock />
        <Speeds />
      </section>
      <p class="pace">
        In slow motion: at 1× a datagram takes about a second, however fast it was. Quiet stretches are cut short.
      </p>
    </>
  );
}

function Buttons() {
  return (
    <div class="buttons">
      <button type="button" onClick={restart} aria-label="To the beginning" title="To the beginning (Home)">
        <Icon d="M5 4v12M16 4l-8 6 8 6z" />
      </button>
      <button
        type="button"
        onClick={() => step("previous")}
        aria-label="One step back"
        title="One step back (left arrow)"
      >
        <Icon d="M13 4l-8 6 8 6z" />
      </button>
      <button
        type="button"
        class="play"
        onClick={togglePlaying}
        aria-label={isPlaying.value ? "Pause" : "Play"}
        title="Play and pause (space)"
      >
        <Icon d={isPlaying.value ? "M6 4v12M14 4v12" : "M6 3l11 7-11 7z"} />
      </button>
      <button type="button" onClick={() => step("next")} aria-label="One step on" title="One step on (right arrow)">
        <Icon d="M7 4l8 6-8 6z" />
      </button>
    </div>
  );
}

function Speeds() {
  return (
    <label class="speed">
      <span class="hidden">Speed</span>
      <select value={String(speed.value)} onChange={(event) => pickSpeed(event.currentTarget.value)}>
        {SPEEDS.map((each) => (
          <option key={each} value={String(each)}>
            {each === "life" ? "as in life" : `${each}×`}
          </option>
        ))}
      </select>
    </label>
  );
}

function Clock() {
  return (
    // A timer is not read out at each tick.
    <span role="timer" class="clock" data-testid="clock">
      {clock(told.value)}
    </span>
  );
}

function clock(ms: number): string {
  return ms < 10_000 ? `${ms.toFixed(1)} ms` : `${(ms / 1000).toFixed(2)} s`;
}

function pickSpeed(text: string): void {
  speed.value = SPEEDS.find((each) => String(each) === text) ?? (1 satisfies Speed);
}

/**
 * A slider of the browser's own for hands, keys and readers. It is not seen: to move its knob in each frame, a browser lays
 * it out and paints all around it anew, so what is seen of it is pulled along by {@link Rail}.
 */
function Scrubber() {
  const { filmAt, instantAt, lengthMs } = film.value;
  return (
    <input
      type="range"
      aria-label="Where in the run"
      aria-valuetext={`${duration(told.value)} of ${duration(run.value.endsAt)}`}
      min="0"
      max={lengthMs}
      step="any"
      value={filmAt(told.value)}
      onInput={(event) => seek(instantAt(event.currentTarget.valueAsNumber))}
    />
  );
}

function Rail() {
  const past = useRef<HTMLElement>(null);
  const knob = useRef<HTMLElement>(null);
  useEffect(
    () =>
      effect(() => {
        const share = film.value.filmAt(now.value) / film.value.lengthMs;
        if (past.current !== null) past.current.style.transform = `translateX(${100 * share - 100}%)`;
        if (knob.current !== null) knob.current.style.transform = `translateX(${100 * share}%)`;
      }),
    [],
  );
  return (
    <div class="rail" aria-hidden="true">
      <span>
        <i ref={past} class="past" />
      </span>
      <i ref={knob} class="knob" />
    </div>
  );
}

/** chosen: more strokes than the bar has pixels are not seen. */
const MOST_TICKS = 600;

/** A stroke for each datagram in its colour, a cross for each that died, a flag for each deed and for the verdict. */
function Ticks() {
  const { filmAt, lengthMs } = film.value;
  const { journeys, marks } = run.value;
  const x = (at: number) => ((filmAt(at) / lengthMs) * 1000).toFixed(1);
  const every = Math.ceil(journeys.length / MOST_TICKS);
  return (
    <svg class="ticks" viewBox="0 0 1000 26" preserveAspectRatio="none" aria-hidden="true">
      {journeys
        .filter((_, index) => index % every === 0)
        .map((journey) => (
          <path
            key={journey.id}
            class={`tick ${messageOf(run.value, journey).kind} ${journey.ending.type === "dropped" ? "died" : ""}`}
            d={`M${x(journey.sentAt)} 22v-${journey.ending.type === "dropped" ? 8 : 14}`}
          />
        ))}
      {marks.map(({ at, text }) => (
        <path key={`${at} ${text}`} class="flag" d={`M${x(at)} 26v-26`} />
      ))}
      {verdict.value.outcome === "connected" ? <path class="flag good" d={`M${x(verdict.value.at)} 26v-26`} /> : null}
    </svg>
  );
}

function Icon({ d }: { readonly d: string }) {
  return (
    <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
      <path
        d={d}
        fill="currentColor"
        stroke="currentColor"
        stroke-width="2.4"
        stroke-linejoin="round"
        stroke-linecap="round"
      />
    </svg>
  );
}
