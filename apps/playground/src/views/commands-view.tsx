import { signal } from "@preact/signals";
import { commandsFor } from "../verdict/commands.js";
import { choices } from "./state.js";

const copied = signal<string | null>(null);

async function copy(line: string): Promise<void> {
  await navigator.clipboard.writeText(line);
  copied.value = line;
}

export function CommandsView() {
  return (
    <section class="card commands" aria-labelledby="commands-title">
      <h2 id="commands-title">Do it for real</h2>
      <p>The same with three machines. Take a secret of your own.</p>
      <ol>
        {commandsFor(choices.value).map(({ where, line }) => (
          <li key={where}>
            <span>{where}</span>
            <code>{line}</code>
            <button type="button" onClick={() => void copy(line)} aria-label={`Copy the command ${where}`}>
              {copied.value === line ? "Copied" : "Copy"}
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}
