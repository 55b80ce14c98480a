import { effect } from "@preact/signals";
import { advance, neighbour } from "../film/player.js";
import { film, instants, isPlaying, now, reducedMotion, restart, run, seek, speed } from "./state.js";

/** chosen: without motion, playing is a walk from happening to happening. */
const STEP_EVERY_MS = 600;
/** A tab that was away does not jump ahead. */
const LONGEST_FRAME_MS = 100;

/** Lets time pass in the run while it is playing, frame by frame. */
export function startPlaying(): void {
  effect(() => (isPlaying.value ? keepPlaying() : undefined));
  document.addEventListener("keydown", onKey);
}

function keepPlaying(): () => void {
  let last = performance.now();
  let waited = 0;
  const frame = (at: number): void => {
    next = requestAnimationFrame(frame);
    // The first frame may have begun before it was asked for.
    const wallMs = Math.min(Math.max(0, at - last), LONGEST_FRAME_MS);
    last = at;
    waited += wallMs;
    if (!reducedMotion.matches) play(wallMs);
    else if (waited >= STEP_EVERY_MS) {
      waited = 0;
      now.value = neighbour(instants.value, now.value, "next");
    }
    if (now.value >= run.value.endsAt) isPlaying.value = false;
  };
  let next = requestAnimationFrame(frame);
  return () => cancelAnimationFrame(next);
}

function play(wallMs: number): void {
  now.value = advance(film.value, now.value, wallMs, speed.value, run.value.endsAt);
}

export function togglePlaying(): void {
  if (!isPlaying.value && now.value >= run.value.endsAt) {
    now.value = 0;
    isPlaying.value = true;
  } else isPlaying.value = !isPlaying.value;
}

export function step(direction: "next" | "previous"): void {
  seek(neighbour(instants.value, now.value, direction));
}

const KEYS: Readonly<Record<string, () => void>> = {
  " ": togglePlaying,
  ArrowRight: () => step("next"),
  ArrowLeft: () => step("previous"),
  Home: restart,
  End: () => seek(run.value.endsAt),
};

/** Keys work wherever nothing else wants them. */
function onKey(event: KeyboardEvent): void {
  const act = KEYS[event.key];
  const isTaken =
    event.target instanceof Element &&
    event.target.closest("input, select, textarea, button, summary, a, [role=listbox]");
  if (act === undefined || isTaken || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  act();
}
