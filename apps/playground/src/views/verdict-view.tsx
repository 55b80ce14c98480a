import { duration } from "../verdict/duration.js";
import { isJudged, run, verdict } from "./state.js";

/** How it came out, once it has; until then, what they are waiting for. */
export function VerdictView() {
  return (
    <section
      class={`verdict ${isJudged.value ? verdict.value.outcome : "open"}`}
      aria-live="polite"
      data-testid="verdict"
    >
      {isJudged.value ? <Judged /> : <p class="headline">Not connected yet</p>}
    </section>
  );
}

function Judged() {
  const { headline, explanation, help } = verdict.value;
  return (
    <>
      <p class="headline">{headline}</p>
      <div>
        <p>{explanation}</p>
        {help.length === 0 ? null : (
          <>
            <h2>What would help</h2>
            <ul>
              {help.map((each) => (
                <li key={each}>{each}</li>
              ))}
            </ul>
          </>
        )}
        <p class="counts">{counts()}</p>
      </div>
    </>
  );
}

function counts(): string {
  const { journeys, endsAt } = run.value;
  const died = journeys.filter(({ ending }) => ending.type === "dropped").length;
  return `${journeys.length} datagrams, ${died} of them died, in ${duration(endsAt)} of the run`;
}
