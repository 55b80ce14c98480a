import { useComputed } from "@preact/signals";
import type { Happening } from "../trace/story.js";
import { indexAt } from "../trace/timeline.js";
import { isPlaying, listed, selected, story } from "./state.js";

/** chosen: what a reader goes back through, once the film stands, and while it runs; the trace file has all. */
const NEWEST = { paused: 200, playing: 30 };

interface StoryViewProps {
  /** "choose": to be seen, and a way to the inspector; "read": for screen readers, beside the diagram that others see. */
  readonly use: "choose" | "read";
}

/** All that happened up to now in words, the newest first. */
export function StoryView({ use }: StoryViewProps) {
  const { value: until } = useComputed(() => indexAt(story.value, listed.value) + 1);
  const most = isPlaying.value ? NEWEST.playing : NEWEST.paused;
  const newestOnes = story.value.slice(Math.max(0, until - most), until).reverse();
  return (
    <ol class={use === "choose" ? "story" : "hidden"} aria-label="What happened, the newest first">
      {newestOnes.map((each, index) => (
        <li key={until - index} class={each.type}>
          <time>{each.at < 10_000 ? `${each.at.toFixed(1)} ms` : `${(each.at / 1000).toFixed(2)} s`}</time>
          {use === "choose" ? <Chosen happening={each} /> : <span>{each.text}</span>}
        </li>
      ))}
    </ol>
  );
}

function Chosen({ happening: { journey, text } }: { readonly happening: Happening }) {
  if (journey === null) return <span>{text}</span>;
  return (
    <button type="button" aria-pressed={selected.value === journey.id} onClick={() => (selected.value = journey.id)}>
      {text}
    </button>
  );
}
