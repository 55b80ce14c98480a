import { batch, computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { createFilm } from "../film/film.js";
import { LIST_EVERY_MS, type Speed, TELL_EVERY_MS } from "../film/player.js";
import { readLink, writeLink } from "../link/link.js";
import type { Choices, Deed } from "../run/choices.js";
import type { Run } from "../run/run.js";
import { simulate } from "../run/simulate.js";
import { flightsOf } from "../scene/dots.js";
import { layOut, type Shape } from "../scene/layout.js";
import type { Journey } from "../trace/journey.js";
import { goneAt } from "../trace/messages.js";
import { storyOf } from "../trace/story.js";
import { indexAt } from "../trace/timeline.js";
import { judge } from "../verdict/verdict.js";

/** The pages of the playground. */
export type Page = "run" | "grid" | "live";

const query = new URLSearchParams(location.search);
export const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");

export const page = signal<Page>(query.has("grid") ? "grid" : "run");
export const choices = signal<Choices>(readLink(location.search));
/** What real processes did; it takes the simulated run's place while the page is "live". */
export const liveRun = signal<Run | null>(null);

const simulated = computed(() => simulate(choices.value));
export const run = computed<Run>(() => (page.value === "live" ? liveRun.value : null) ?? simulated.value);
/** The grid has none, and live mode has none before real processes have met. */
export const showsRun = computed(() => page.value === "run" || (page.value === "live" && liveRun.value !== null));
export const film = computed(() => {
  const { journeys, marks, endsAt, startsAt } = run.value;
  const busy = journeys.map((journey) => ({ from: journey.sentAt, to: goneAt(journey) }));
  const instants = [startsAt.a, startsAt.b, ...marks.map(({ at }) => at)].map((at) => ({ from: at, to: at }));
  return createFilm([...busy, ...instants], endsAt);
});

const narrow = matchMedia("(max-width: 700px)");
const shape = signal<Shape>(narrow.matches ? "tall" : "wide");
narrow.addEventListener("change", () => {
  shape.value = narrow.matches ? "tall" : "wide";
});
/** Where everybody stands in the scene. */
export const layout = computed(() => layOut(run.value.nodes, shape.value));
export const flights = computed(() => flightsOf(run.value));
export const story = computed(() => storyOf(run.value));
export const verdict = computed(() => judge(run.value));
/** All instants at which something happens, each once. */
export const instants = computed(() =>
  [...new Set([0, ...story.value.map(({ at }) => at), run.value.endsAt])].sort((a, b) => a - b),
);

export const now = signal(reducedMotion.matches ? simulated.value.endsAt : 0);
export const isPlaying = signal(!reducedMotion.matches);
export const speed = signal<Speed>(1);
/** The instant that texts tell of; what moves goes by {@link now}. */
export const told = following(TELL_EVERY_MS);
/** The instant up to which happenings are listed. */
export const listed = following(LIST_EVERY_MS);

/** {@link now}, but only so often while the film runs on. */
function following(everyMs: number): ReadonlySignal<number> {
  const followed = signal(now.peek());
  let sinceMs = 0;
  effect(() => {
    const at = now.value;
    const runsOn = isPlaying.value && at >= followed.peek();
    if (runsOn && performance.now() - sinceMs < everyMs) return;
    sinceMs = performance.now();
    followed.value = at;
  });
  return followed;
}

/** The message under the pointer, and the one that was chosen, by id. */
export const hovered = signal<number | null>(null);
export const selected = signal<number | null>(null);

/** Whose bytes the inspector shows: what is pointed at or chosen, else what was sent last. */
export const inspected = computed<Journey | null>(() => {
  const id = hovered.value ?? selected.value;
  const { journeys } = run.value;
  if (id !== null) return journeys.find((each) => each.id === id) ?? null;
  return latestSent.value;
});

const latestSent = computed(() => {
  const { all } = flights.value;
  return all[indexAt(all, told.value)]?.journey ?? null;
});
export const isJudged = computed(() => told.value >= verdict.value.at);

/** Other choices make another run, which is shown from its beginning. */
export function choose(next: Choices): void {
  batch(() => {
    choices.value = next;
    page.value = "run";
    selected.value = null;
    hovered.value = null;
    restart();
  });
}

/** Something more happens in the run, from now on: up to now it is the same run. */
export function addDeed(deed: Deed): void {
  batch(() => {
    choices.value = { ...choices.value, deeds: [...choices.value.deeds, deed] };
    page.value = "run";
    if (!reducedMotion.matches) isPlaying.value = true;
  });
}

export function removeDeed(index: number): void {
  const { deeds } = choices.value;
  batch(() => {
    choices.value = { ...choices.value, deeds: deeds.filter((_, at) => at !== index) };
    now.value = Math.min(now.value, run.value.endsAt);
  });
}

/** From the beginning, or, for those who want no motion, at once to the end. */
export function restart(): void {
  now.value = reducedMotion.matches ? run.value.endsAt : 0;
  isPlaying.value = !reducedMotion.matches;
}

export function seek(instant: number): void {
  batch(() => {
    now.value = Math.min(Math.max(0, instant), run.value.endsAt);
    isPlaying.value = false;
  });
}

/** The address that brings this page back. */
export function linkOf(next: Choices, where: Page): string {
  const text = [writeLink(next), where === "grid" ? "grid" : ""].filter((part) => part !== "").join("&");
  return `${location.origin}${location.pathname}${text === "" ? "" : `?${text}`}`;
}

let shownPage = page.peek();
/** Whoever goes back comes to the page before, not to the choice before. */
effect(() => {
  const how = page.value === shownPage ? "replaceState" : "pushState";
  shownPage = page.value;
  history[how](page.value, "", linkOf(choices.value, page.value));
});

addEventListener("popstate", ({ state }) => {
  shownPage = state === "live" || state === "grid" ? state : "run";
  batch(() => {
    choices.value = readLink(location.search);
    page.value = shownPage;
    selected.value = null;
    hovered.value = null;
    restart();
  });
});
