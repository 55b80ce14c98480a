import { formatEndpoint } from "@netpunch/wire";
import { useComputed } from "@preact/signals";
import { PLACES, type PlaceName, type SideName, withPlace } from "../run/choices.js";
import { moodOf, type PeerView } from "../run/drill.js";
import { PLACE_TEXT } from "../run/places.js";
import type { GatewayView } from "../run/run.js";
import { valueAt } from "../trace/timeline.js";
import { duration } from "../verdict/duration.js";
import { KnobsView } from "./knobs-view.js";
import { choices, choose, page, run, told } from "./state.js";

export function SidePanel({ side }: { readonly side: SideName }) {
  const view = useComputed(() => valueAt(run.value.peers[side].views, told.value));
  return (
    <div class={`side ${side}`}>
      <h2>
        <span class="badge">{side}</span> Peer {side}
      </h2>
      {page.value === "live" ? <p class="hint">A process on this machine.</p> : <PlaceChoice side={side} />}
      <PeerCard view={view.value} side={side} />
      {gatewaysOf(side).map((name) => (
        <GatewayCard key={name} name={name} />
      ))}
    </div>
  );
}

function PlaceChoice({ side }: { readonly side: SideName }) {
  const { place } = choices.value[side];
  const id = `place-${side}`;
  return (
    <div class="place">
      <label for={id} class="hidden">
        Where peer {side} stands
      </label>
      <select
        id={id}
        value={place}
        onChange={(event) => choose(withPlace(choices.value, side, event.currentTarget.value as PlaceName))}
      >
        {PLACES.map((each) => (
          <option key={each} value={each}>
            {PLACE_TEXT[each].name}
          </option>
        ))}
      </select>
      <p class="hint">{PLACE_TEXT[place].hint}</p>
      {place === "custom" ? <KnobsView side={side} /> : null}
    </div>
  );
}

function PeerCard({ view, side }: { readonly view: PeerView; readonly side: SideName }) {
  return (
    <div class="card small" data-testid={`peer-${side}`}>
      <p class={`phase ${moodOf(view)}`}>{view.state === "ended" ? "ended" : (view.phase ?? "not started")}</p>
      <Countdown view={view} side={side} />
      <dl>
        <dt>partner</dt>
        <dd>
          {view.candidates.length === 0
            ? partnerUnseen(view)
            : view.candidates.map(({ kind, endpoint }) => (
                <span class="endpoint" key={formatEndpoint(endpoint)}>
                  {formatEndpoint(endpoint)} <small>{kind}</small>
                </span>
              ))}
        </dd>
        <dt>hole</dt>
        <dd>{view.hole === null ? "none yet" : <span class="endpoint good">{formatEndpoint(view.hole)}</span>}</dd>
      </dl>
    </div>
  );
}

/** The original says nothing of the partner that control named to it. */
function partnerUnseen(view: PeerView): string {
  return ["off", "waiting"].includes(moodOf(view)) ? "not known yet" : "known; it does not tell";
}

/** What it waits for, and how long still. */
function Countdown({ view: { deadline, state }, side }: { readonly view: PeerView; readonly side: SideName }) {
  if (state === "not started") {
    return <p class="why">starts in {duration(Math.max(0, run.value.startsAt[side] - told.value))}</p>;
  }
  if (run.value.origin === "live") return null;
  if (deadline === null) return <p class="why">waits for nothing</p>;
  const leftMs = deadline.at - told.value;
  return (
    <p class="why">
      {deadline.why} <span class="count">{leftMs > 0 ? duration(Math.max(1, leftMs)) : "now"}</span>
    </p>
  );
}

function gatewaysOf(side: SideName): readonly string[] {
  const { nodes } = run.value;
  const chain = (name: string): readonly string[] => {
    const site = nodes.find((node) => node.name === name)?.site ?? "internet";
    return site === "internet" ? [] : [site, ...chain(site)];
  };
  return chain(side);
}

function GatewayCard({ name }: { readonly name: string }) {
  const timeline = run.value.gateways[name];
  if (timeline === undefined) return null;
  const view = valueAt(timeline, told.value);
  return (
    <div class="card small" data-testid={name}>
      <h3>
        {name} <small>{view.address}</small>
      </h3>
      {view.udp === "blocked" ? <p class="hint bad">lets no UDP through</p> : <Doors view={view} />}
    </div>
  );
}

function Doors({ view }: { readonly view: GatewayView }) {
  const at = told.value;
  const mappings = view.mappings.filter(({ expiresAt }) => expiresAt > at);
  const pinholes = view.pinholes.filter(({ permits }) => permits.some(({ expiresAt }) => expiresAt > at));
  if (mappings.length + pinholes.length === 0) return <p class="hint">no doors: nobody inside has sent yet</p>;
  return (
    <ul class="doors">
      {mappings.map(({ internal, external, remote, permits, expiresAt }) => (
        <li key={`${formatEndpoint(external)} ${remote}`}>
          <p>
            {formatEndpoint(internal)} <b title="is seen as">⇄</b> :{external.port}
          </p>
          <Permits
            remotes={permits.filter((each) => each.expiresAt > at).map((each) => each.remote)}
            leftMs={expiresAt - at}
          />
        </li>
      ))}
      {pinholes.map(({ inside, permits }) => (
        <li key={formatEndpoint(inside)}>
          <p>{formatEndpoint(inside)}</p>
          <Permits
            remotes={permits.filter((each) => each.expiresAt > at).map((each) => each.remote)}
            leftMs={Math.max(...permits.map(({ expiresAt }) => expiresAt)) - at}
          />
        </li>
      ))}
    </ul>
  );
}

function Permits({ remotes, leftMs }: { readonly remotes: readonly string[]; readonly leftMs: number }) {
  return (
    <p class="permits">
      lets in {remotes.includes("*") ? "anybody" : remotes.join(", ")} <small>for {duration(leftMs)}</small>
    </p>
  );
}
