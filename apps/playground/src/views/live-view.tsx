import { batch, signal } from "@preact/signals";
import { runLive } from "../live/client.js";
import { buildLiveRun } from "../live/live-run.js";
import { LIVE_PROTOCOLS, type LiveProtocol, type LiveRecord } from "../live/record.js";
import { liveRun, restart } from "./state.js";

const isRunning = signal(false);
const failure = signal<string | null>(null);

/** Lets real processes meet; what they saw is shown as soon as they have. */
async function start(protocol: LiveProtocol): Promise<void> {
  const records: LiveRecord[] = [];
  isRunning.value = true;
  failure.value = null;
  try {
    await runLive(protocol, (record) => {
      const isFirst = !records.some(({ type }) => type === "datagram");
      records.push(record);
      if (record.type === "failed") failure.value = `${record.who}: ${record.message}`;
      if (record.type !== "datagram" && record.type !== "event") return;
      batch(() => {
        liveRun.value = buildLiveRun(records, protocol);
        if (isFirst) restart();
      });
    });
    if (records.some(({ type }) => type === "datagram")) liveRun.value = buildLiveRun(records, protocol);
  } catch (error) {
    failure.value = error instanceof Error ? error.message : String(error);
  } finally {
    isRunning.value = false;
  }
}

export function LiveView() {
  return (
    <section class="card live" aria-label="Live">
      <p>
        A control node and two peers start as processes on this machine, and meet over UDP on 127.0.0.1. Then you see,
        slowed down, what they saw.
      </p>
      <p class="hint">
        What it cannot show: NATs, as there is none on loopback; what a peer waits for and how long, as processes tell
        what they do and not what they plan; and nothing can be done to this net. All that is in a run of the
        simulation.
      </p>
      <div class="buttons">
        {LIVE_PROTOCOLS.map((protocol) => (
          <button key={protocol} type="button" disabled={isRunning.value} onClick={() => void start(protocol)}>
            Let them meet by {protocol}
          </button>
        ))}
        <span role="status" class="hint">
          {isRunning.value ? <span>They run ...</span> : null}
        </span>
      </div>
      {failure.value === null ? null : (
        <p class="bad" role="alert">
          {failure.value}
        </p>
      )}
    </section>
  );
}
