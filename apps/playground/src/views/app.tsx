import { SIDES } from "../run/choices.js";
import { DRILLS } from "../run/drills.js";
import { CommandsView } from "./commands-view.js";
import { ConditionsView } from "./conditions-view.js";
import { GridView } from "./grid-view.js";
import { Header } from "./header.js";
import { InspectorView } from "./inspector-view.js";
import { LiveView } from "./live-view.js";
import { ProtocolChoice } from "./protocol-choice.js";
import { SceneView } from "./scene-view.js";
import { SequenceView } from "./sequence-view.js";
import { SidePanel } from "./side-panel.js";
import { page, run, showsRun } from "./state.js";
import { TableView } from "./table-view.js";
import { TimeBar } from "./time-bar.js";
import { VerdictView } from "./verdict-view.js";

export function App() {
  return (
    <>
      <Header />
      <main>{page.value === "grid" ? <GridView /> : <RunPage />}</main>
      <footer>
        netpunch is MIT licensed. Everything on this page runs{" "}
        {page.value === "live" ? "on this machine" : "in your browser"}; nothing leaves it.
      </footer>
    </>
  );
}

function RunPage() {
  const isLive = page.value === "live";
  return (
    <>
      <section class="intro">
        <div>
          <h1>Watch a hole being punched</h1>
          <p>
            Two machines behind NATs want a direct line. A small node in the open tells each where the other is; then
            both send at once, and each opens its own door for the other. This is netpunch's real protocol code
            {isLive ? ", as real processes on this machine." : " over a simulated internet."}
          </p>
        </div>
        {isLive ? null : <ProtocolChoice />}
      </section>
      {isLive ? <LiveView /> : null}
      {showsRun.value ? <Bench isLive={isLive} /> : null}
    </>
  );
}

/** v2 knows more signals than fit into half a page. */
function hasWideTable(): boolean {
  const { peers } = DRILLS[run.value.choices.protocol];
  return SIDES.some((side) => peers[side].conduct.table.signals.length > 8);
}

function Bench({ isLive }: { readonly isLive: boolean }) {
  return (
    <>
      <section class="stage" aria-label="The scene">
        <SidePanel side="a" />
        <SceneView />
        <SidePanel side="b" />
      </section>
      <TimeBar />
      <VerdictView />
      {isLive ? null : <ConditionsView />}
      <div class="columns">
        <SequenceView />
        <InspectorView />
      </div>
      <div class={`halves ${hasWideTable() ? "wide" : ""}`}>
        <TableView side="a" />
        <TableView side="b" />
      </div>
      {isLive ? null : <CommandsView />}
    </>
  );
}
