import { signal } from "@preact/signals";
import { commandsFor } from "../verdict/commands.js";
import { copy } from "./clipboard.js";
import { choices } from "./state.js";

const copied = signal<string | null>(null);

async function copyLine(line: string): Promise<void> {
  await copy(line);
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
            <button type="button" onClick={() => void copyLine(line)} aria-label={`Copy the command ${where}`}>
              {copied.value === line ? "Copied" : "Copy"}
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}
