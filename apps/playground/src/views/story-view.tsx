import { indexAt } from "../trace/timeline.js";
import { now, selected, story } from "./state.js";

/** chosen: what a reader goes back through; the trace file has all. */
const NEWEST = 200;

/** All that happened up to now in words, the newest first. */
export function StoryView() {
  const until = indexAt(story.value, now.value) + 1;
  const told = story.value.slice(Math.max(0, until - NEWEST), until).reverse();
  return (
    <ol class="story" aria-label="What happened, the newest first">
      {told.map((each, index) => (
        <li key={`${until - index}`} class={each.type}>
          <time>{each.at < 10_000 ? `${each.at.toFixed(1)} ms` : `${(each.at / 1000).toFixed(2)} s`}</time>
          {each.journey === null ? <span>{each.text}</span> : <StoryLink id={each.journey.id} text={each.text} />}
        </li>
      ))}
    </ol>
  );
}

function StoryLink({ id, text }: { readonly id: number; readonly text: string }) {
  return (
    <button type="button" aria-pressed={selected.value === id} onClick={() => (selected.value = id)}>
      {text}
    </button>
  );
}
