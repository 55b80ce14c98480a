import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { type Cell, cellChoices, GRID_PLACES, GRID_PROTOCOLS, type Sample, Tally } from "../grid/grid.js";
import type { GridRequest } from "../grid/worker.js";
import type { PlaceName, Protocol } from "../run/choices.js";
import { PLACE_TEXT } from "../run/places.js";
import { duration } from "../verdict/duration.js";
import { SHORT } from "./protocol-choice.js";
import { choices, choose } from "./state.js";

/** chosen: a share that is good to about a tenth, in half a minute on a slow machine. */
const SEEDS = 10;

const tally = signal({ tally: new Tally(), runs: 0 });
const isDone = signal(false);

/** Computes while the page is open. */
function compute(): () => void {
  const worker = new Worker(new URL("../grid/worker.ts", import.meta.url), { type: "module" });
  const fresh = new Tally();
  let runs = 0;
  isDone.value = false;
  tally.value = { tally: fresh, runs };
  worker.onmessage = ({ data }: MessageEvent<readonly Sample[] | "done">) => {
    if (data === "done") {
      isDone.value = true;
      return;
    }
    for (const sample of data) fresh.add(sample);
    runs += data.length;
    tally.value = { tally: fresh, runs };
  };
  worker.postMessage({ base: choices.value, seeds: SEEDS } satisfies GridRequest);
  return () => worker.terminate();
}

export function GridView() {
  useEffect(compute, []);
  const { latencyMs, jitterMs, loss } = choices.value;
  return (
    <section class="grid-page">
      <div class="intro">
        <div>
          <h1>Every pair</h1>
          <p>
            Who gets through to whom, over links of {latencyMs} ms{jitterMs > 0 ? `, ${jitterMs} ms of jitter` : ""}
            {loss > 0 ? `, ${Math.round(loss * 100)} % of datagrams lost` : ""}, the second peer coming at any time
            within half a minute. Computed now, in your browser, with {SEEDS} seeds for each pair; a cell opens its run.
          </p>
        </div>
        <p class="hint" role="status">
          {isDone.value ? `${tally.value.runs} runs` : `${tally.value.runs} runs so far ...`}
        </p>
      </div>
      <div class="matrices">
        {GRID_PROTOCOLS.toReversed().map((protocol) => (
          <Matrix key={protocol} protocol={protocol} />
        ))}
      </div>
      <ul class="legend">
        <li>
          <i class="swatch always" /> always connects; the number is the median time in milliseconds
        </li>
        <li>
          <i class="swatch slow" /> always, but it takes more than a second
        </li>
        <li>
          <i class="swatch sometimes" /> sometimes
        </li>
        <li>
          <i class="swatch never" /> never
        </li>
      </ul>
    </section>
  );
}

function Matrix({ protocol }: { readonly protocol: Protocol }) {
  return (
    <div class="card matrix">
      <h2>{SHORT[protocol]}</h2>
      <div class="scroll-x">
        <table aria-label={`Pairs under ${SHORT[protocol]}`}>
          <thead>
            <tr>
              <td />
              {GRID_PLACES.map((place) => (
                <th key={place} scope="col">
                  <span title={PLACE_TEXT[place].name}>{PLACE_TEXT[place].short}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {GRID_PLACES.map((a) => (
              <tr key={a}>
                <th scope="row" title={PLACE_TEXT[a].name}>
                  {PLACE_TEXT[a].short}
                </th>
                {GRID_PLACES.map((b) => (
                  <td key={b}>
                    <CellView cell={tally.value.tally.cell(protocol, a, b)} a={a} b={b} />
                  </td>
                ))}
              </tr>
            ))}
            <tr>
              <th scope="row" title={PLACE_TEXT["same-nat"].name}>
                {PLACE_TEXT["same-nat"].short}
              </th>
              <td>
                <CellView cell={tally.value.tally.cell(protocol, "same-nat", "same-nat")} a="same-nat" b="same-nat" />
              </td>
              <td colSpan={GRID_PLACES.length - 1} />
            </tr>
          </tbody>
        </table>
      </div>
    </div>
  );
}

function CellView({ cell, a, b }: { readonly cell: Cell; readonly a: PlaceName; readonly b: PlaceName }) {
  const label = `${PLACE_TEXT[a].name} and ${PLACE_TEXT[b].name}: ${inWords(cell)}`;
  return (
    <button type="button" class={gradeOf(cell)} title={label} aria-label={label} onClick={() => open(cell, a, b)}>
      {inShort(cell)}
    </button>
  );
}

/** Opens the run in the middle, or where some fail, one that does. */
function open({ protocol, example }: Cell, a: PlaceName, b: PlaceName): void {
  if (example === null) return choose(cellChoices(choices.value, protocol, a, b));
  const { seed, bStartsAtMs } = example;
  choose(cellChoices({ ...choices.value, seed, bStartsAtMs }, protocol, example.a, example.b));
}

function inShort({ runs, connected, medianMs }: Cell): string {
  if (runs === 0) return "";
  if (connected === 0) return "×";
  if (connected < runs) return `${Math.round((connected / runs) * 100)} %`;
  const ms = medianMs ?? 0;
  return ms < 1000 ? `${Math.round(ms)}` : `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
}

function inWords({ runs, connected, medianMs }: Cell): string {
  if (runs === 0) return "not computed yet";
  const median = medianMs === null ? "" : `, ${duration(medianMs)} in the middle`;
  return `${connected} of ${runs} connected${median}`;
}

function gradeOf({ runs, connected, medianMs }: Cell): string {
  if (runs === 0) return "unknown";
  if (connected === 0) return "never";
  if (connected < runs) return "sometimes";
  return (medianMs ?? 0) > 1000 ? "slow" : "always";
}
