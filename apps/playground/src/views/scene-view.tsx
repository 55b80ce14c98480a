import type { Instant } from "@netpunch/simnet";
import { computed, useComputed } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { SideName } from "../run/choices.js";
import { moodOf, type PeerView } from "../run/drill.js";
import type { GatewayView } from "../run/run.js";
import { dotNear, dotsAt } from "../scene/dots.js";
import { holePath, type Point } from "../scene/layout.js";
import { newest } from "../trace/story.js";
import { valueAt } from "../trace/timeline.js";
import { FlyingCanvas, FlyingStrokes } from "./flying-view.js";
import { flights, isPlaying, layout, now, page, run, selected, story, told, verdict } from "./state.js";

const LEGEND = [
  ["announce", "to control: here I am"],
  ["info", "from control: there is your partner"],
  ["ping", "ping: do you hear me?"],
  ["pong", "pong: I hear you"],
  ["settle", "agreed: both directions work"],
  ["goodbye", "done, or goodbye"],
  ["data", "the programs' own data"],
] as const;

export function SceneView() {
  return (
    <figure class="scene-box">
      <Scene />
      <Caption />
      <ul class="legend" aria-label="Colours">
        {LEGEND.map(([kind, text]) => (
          <li key={kind}>
            <i class={`swatch ${kind}`} aria-hidden="true" /> {text}
          </li>
        ))}
      </ul>
    </figure>
  );
}

/** What happened last, as a sentence. */
function Caption() {
  const { value: last } = useComputed(() => newest(story.value, told.value));
  return (
    <figcaption class={last?.type ?? ""} data-testid="caption">
      {last?.text ?? "Nothing has happened yet."}
    </figcaption>
  );
}

function Scene() {
  const { width, height, networks, links, places } = layout.value;
  const svg = useRef<SVGSVGElement>(null);
  const strokes = useRef<SVGGElement>(null);
  const internet = places["internet"] ?? { x: 0, y: 0 };
  return (
    <div class="air">
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the diagram of every datagram has the keys */}
      <svg
        ref={svg}
        class="scene"
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label="Peers a and b in their networks, the internet between them, control above. The event list below says what moves."
        onClick={(event) => pick(event, svg.current)}
      >
        <path class="cloud" d={cloud(internet, width)} />
        <text class="faint" x={internet.x - 20} y={internet.y - 40} text-anchor="end">
          {page.value === "live" ? "loopback" : "the internet"}
        </text>
        {networks.map(({ x, y, width, height, label, labelAt }) => (
          <g key={label}>
            <rect class="network" x={x} y={y} width={width} height={height} rx="18" />
            <text class="faint" x={labelAt.x} y={labelAt.y}>
              {label}
            </text>
          </g>
        ))}
        {links.map(({ name, from, to }) => (
          <line key={name} class="link" x1={from.x} y1={from.y} x2={to.x} y2={to.y} />
        ))}
        <Hole />
        {run.value.nodes.map((node) => (
          <Node key={node.name} name={node.name} kind={node.kind} />
        ))}
        <FlyingStrokes group={strokes} />
      </svg>
      <FlyingCanvas strokes={strokes} />
    </div>
  );
}

function cloud({ x, y }: Point, width: number): string {
  const [rx, ry] = [Math.min(170, width * 0.34), 60];
  return `M${x - rx} ${y}a${rx} ${ry} 0 1 0 ${2 * rx} 0a${rx} ${ry} 0 1 0 ${-2 * rx} 0z`;
}

const bothConnected = computed(() => {
  const { outcome, at } = verdict.value;
  return outcome === "connected" && now.value >= at;
});

/** The way between the two once it is open. */
function Hole() {
  const points = holePath(run.value.nodes, layout.value);
  const d = points.map(({ x, y }, index) => `${index === 0 ? "M" : "L"}${x} ${y}`).join("");
  return <path class={`hole ${bothConnected.value ? "open" : ""}`} d={d} />;
}

function Node({ name, kind }: { readonly name: string; readonly kind: string }) {
  const place = layout.value.places[name] ?? { x: 0, y: 0 };
  if (name === "a" || name === "b") return <Peer name={name} place={place} />;
  if (kind === "nat" || kind === "firewall") return <Wall name={name} place={place} />;
  return <Server name={name} place={place} />;
}

function Peer({ name, place: { x, y } }: { readonly name: "a" | "b"; readonly place: Point }) {
  const { value: phase } = useComputed(() => viewOf(name).phase);
  const { value: mood } = useComputed(() => moodOf(viewOf(name)));
  const address = run.value.nodes.find((node) => node.name === name)?.addresses[0];
  return (
    <g class={`node peer ${mood}`}>
      <circle cx={x} cy={y} r="27" />
      <text class="letter" x={x} y={y + 7} text-anchor="middle">
        {name}
      </text>
      <text class="label" x={x} y={y + 46} text-anchor="middle">
        {phase ?? "not started"}
      </text>
      <text class="address" x={x} y={y + 61} text-anchor="middle">
        {address}
      </text>
    </g>
  );
}

function viewOf(name: SideName): PeerView {
  return valueAt(run.value.peers[name].views, now.value);
}

/** A gateway is a wall with a door: shut until somebody inside has sent. */
function Wall({ name, place: { x, y } }: { readonly name: string; readonly place: Point }) {
  const { value: door } = useComputed(() => doorOf(gatewayAt(name), now.value));
  const { value: address } = useComputed(() => gatewayAt(name)?.address);
  const isShared = name === "gateway";
  const labelAt = isShared ? { x: x + 20, y: y - 26 } : { x, y: y - 63 };
  const turn = isShared ? 90 : 0;
  return (
    <g class={`node wall ${door}`}>
      <g transform={`rotate(${turn} ${x} ${y})`}>
        <path class="bricks" d={`M${x} ${y - 38}v24M${x} ${y + 14}v24`} />
        <path class="door" d={`M${x} ${y - 13}v26`} />
      </g>
      <text class="label" x={labelAt.x} y={labelAt.y} text-anchor={isShared ? "start" : "middle"}>
        {name}
      </text>
      <text class="address" x={labelAt.x} y={labelAt.y + 14} text-anchor={isShared ? "start" : "middle"}>
        {address}
      </text>
    </g>
  );
}

function doorOf(view: GatewayView | null, at: Instant): "open" | "shut" | "blocked" {
  if (view === null) return "shut";
  if (view.udp === "blocked") return "blocked";
  const isHeld = ({ expiresAt }: { readonly expiresAt: Instant }) => expiresAt > at;
  return view.mappings.some(isHeld) || view.pinholes.some(({ permits }) => permits.some(isHeld)) ? "open" : "shut";
}

function gatewayAt(name: string): GatewayView | null {
  const timeline = run.value.gateways[name];
  return timeline === undefined ? null : valueAt(timeline, now.value);
}

function Server({ name, place: { x, y } }: { readonly name: string; readonly place: Point }) {
  const { value: state } = useComputed(() => valueAt(run.value.control, now.value).state);
  const isStopped = name === "control" && state === "stopped";
  return (
    <g class={`node server ${name} ${isStopped ? "stopped" : ""}`}>
      <rect x={x - 24} y={y - 20} width="48" height="36" rx="9" />
      <path d={`M${x - 13} ${y - 8}h14M${x - 13} ${y + 3}h14M${x + 11} ${y - 8}h2M${x + 11} ${y + 3}h2`} />
      <text class="label" x={x} y={y - 29} text-anchor="middle">
        {isStopped ? "control is gone" : name}
      </text>
    </g>
  );
}

/** A click takes the datagram under it, and holds the film. */
function pick(event: MouseEvent, svg: SVGSVGElement | null): void {
  const matrix = svg?.getScreenCTM()?.inverse();
  if (!matrix) return;
  const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix);
  const dot = dotNear(dotsAt(flights.value, layout.value, now.value), point);
  if (dot === null) return;
  selected.value = dot.journey.id;
  isPlaying.value = false;
}
