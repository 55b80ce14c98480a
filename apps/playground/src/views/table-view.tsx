import { useComputed } from "@preact/signals";
import type { SideName } from "../run/choices.js";
import type { StateTable, Step } from "../run/drill.js";
import { indexAt, valueAt } from "../trace/timeline.js";
import { duration } from "../verdict/duration.js";
import { run, told } from "./state.js";

/** A peer's table of states: the current row, the last cell, and the way that it took. */
export function TableView({ side }: { readonly side: SideName }) {
  const { steps } = run.value.peers[side];
  // Looked up as time is told, drawn anew only when it is another.
  const view = useComputed(() => valueAt(run.value.peers[side].views, told.value));
  const count = useComputed(() => indexAt(run.value.peers[side].steps, told.value) + 1);
  const { phase, step, table } = view.value;
  const taken = steps.slice(0, count.value);
  return (
    <section class="card table" aria-labelledby={`table-${side}`}>
      <h2 id={`table-${side}`}>
        <span class="badge">{side}</span> What peer {side} goes by <small>{table.name}</small>
      </h2>
      <div class="scroll-x">
        <table>
          <thead>
            <tr>
              <th scope="col">in</th>
              {table.signals.map(({ name, about }) => (
                <th key={name} scope="col" title={about} class={step?.signal === name ? "lit" : ""}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {table.phases.map(({ name, mood, about }) => (
              <tr key={name} class={name === phase ? `current ${mood}` : ""}>
                <th scope="row" title={about} aria-current={name === phase ? "step" : undefined}>
                  {name}
                </th>
                {table.signals.map((signal) => (
                  <Cell key={signal.name} table={table} phase={name} signal={signal.name} last={step} taken={taken} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Way steps={taken} />
    </section>
  );
}

interface CellProps {
  readonly table: StateTable;
  readonly phase: string;
  readonly signal: string;
  readonly last: Step | null;
  readonly taken: readonly Step[];
}

function Cell({ table, phase, signal, last, taken }: CellProps) {
  const next = table.next(phase, signal);
  const isLast = last !== null && last.table === table && last.from === phase && last.signal === signal;
  const wasTaken = taken.some(
    (each) => each.table === table && each.from === phase && each.signal === signal && each.to !== "stay",
  );
  return (
    <td class={`${isLast ? "last" : ""} ${wasTaken ? "taken" : ""} ${next === "stay" ? "stay" : ""}`}>
      {next === "stay" ? "·" : next}
    </td>
  );
}

function Way({ steps }: { readonly steps: readonly Step[] }) {
  const moves = steps.filter(({ from, to }) => to !== "stay" && to !== from);
  if (moves.length === 0) return <p class="hint">It has not moved yet.</p>;
  return (
    <ol class="moves" aria-label="The way that it took">
      {moves.slice(-8).map(({ at, from, signal, to }) => (
        <li key={`${at} ${signal}`}>
          <time>{duration(at)}</time> {from} → <b>{to}</b> <small>{signal}</small>
        </li>
      ))}
    </ol>
  );
}
