import { computed, effect, signal } from "@preact/signals";
import type { Ref } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { KINDS } from "../inspect/inspected.js";
import { crossesOf, dotsAt, epitaphOf, gravesAt, pathOf } from "../scene/dots.js";
import { type Flying, Painter, type Palette } from "../scene/paint.js";
import { film, flights, hovered, inspected, layout, now, selected } from "./state.js";
import { scheme } from "./theme.js";

/** chosen: a death is seen for so long, in milliseconds of the film. */
const GRAVE_MS = 2200;

/** What flies at this instant. */
function flyingNow(): Flying {
  const [at, where, all] = [now.value, layout.value, flights.value];
  const isChosen = selected.value !== null || hovered.value !== null;
  const chosen = isChosen ? inspected.value : null;
  const dots = dotsAt(all, where, at);
  const rings = chosen === null ? [] : dots.filter(({ journey }) => journey === chosen);
  return { dots, rings, graves: gravesAt(all, where, at, graveMs(at)) };
}

/** As much of the run as passes in {@link GRAVE_MS} of film. */
function graveMs(at: number): number {
  return at - film.value.instantAt(film.value.filmAt(at) - GRAVE_MS);
}

/** What flies, painted frame by frame: on a canvas of its own it costs the page around it neither layout nor paint. */
export function FlyingCanvas({ strokes }: { readonly strokes: { readonly current: SVGGElement | null } }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => keepPainting(canvas.current, strokes.current), [strokes]);
  return <canvas ref={canvas} class="flight" />;
}

function keepPainting(canvas: HTMLCanvasElement | null, strokes: SVGGElement | null): () => void {
  const brush = canvas?.getContext("2d");
  if (!canvas || !brush || strokes === null) return () => {};
  /** Another one for another size: to resize a canvas is to wipe it. */
  const size = signal({ pixels: 0 });
  const fit = () => {
    const { clientWidth, clientHeight } = canvas;
    canvas.width = Math.round(clientWidth * devicePixelRatio);
    canvas.height = Math.round(clientHeight * devicePixelRatio);
    size.value = { pixels: canvas.width * canvas.height };
  };
  const observer = new ResizeObserver(fit);
  observer.observe(canvas);
  // A window that moves to a screen of other pixels keeps its size.
  addEventListener("resize", fit);
  const painter = computed(() => {
    // Of other colours where the scheme is another.
    scheme.value;
    return size.value.pixels === 0 ? null : new Painter(brush, paletteOf(strokes), layout.value.width);
  });
  const stop = effect(() => painter.value?.paint(flyingNow()));
  return () => {
    observer.disconnect();
    removeEventListener("resize", fit);
    stop();
  };
}

/** What flies as strokes of the scene: empty, except in the moment in which its picture is taken. They have its colours. */
export function FlyingStrokes({ group }: { readonly group: Ref<SVGGElement> }) {
  return (
    <g ref={group} class="flying">
      <path class="ring" />
      {KINDS.map((kind) => (
        <path key={kind} class={`dots ${kind}`} />
      ))}
      <path class="graves" />
      <text class="epitaph" text-anchor="middle" />
    </g>
  );
}

/** Takes a picture of a scene with what flies in it. */
export function withFlying<T>(scene: SVGSVGElement, take: () => T): T {
  stroke(scene, flyingNow());
  try {
    return take();
  } finally {
    stroke(scene, { dots: [], rings: [], graves: [] });
  }
}

function stroke(scene: SVGSVGElement, { dots, rings, graves }: Flying): void {
  const draw = (path: string, d: string) => scene.querySelector(`.flying ${path}`)?.setAttribute("d", d);
  draw(".ring", pathOf(rings));
  for (const kind of KINDS) draw(`.${kind}`, pathOf(dots.filter((dot) => dot.kind === kind)));
  draw(".graves", crossesOf(graves));
  const said = epitaphOf(graves, layout.value.width);
  const epitaph = scene.querySelector(".flying .epitaph");
  if (epitaph === null) return;
  epitaph.textContent = said?.text ?? "";
  epitaph.setAttribute("x", String(said?.x ?? 0));
  epitaph.setAttribute("y", String(said?.y ?? 0));
}

/** What the style sheet says of the strokes. */
function paletteOf(group: SVGGElement): Palette {
  const styleOf = (path: string) => {
    const element = group.querySelector(path);
    if (element === null) throw new Error(`the scene has no ${path}`);
    return getComputedStyle(element);
  };
  const strokeOf = (path: string) => {
    const { stroke, strokeWidth } = styleOf(path);
    return { colour: stroke, width: Number.parseFloat(strokeWidth) };
  };
  const { fill, fontWeight, fontSize, fontFamily } = styleOf(".epitaph");
  return {
    dots: Object.fromEntries(KINDS.map((kind) => [kind, strokeOf(`.${kind}`).colour])) as Palette["dots"],
    dotWidth: strokeOf(".dots").width,
    ring: { ...strokeOf(".ring"), opacity: Number(styleOf(".ring").opacity) },
    graves: strokeOf(".graves"),
    epitaph: { ...strokeOf(".epitaph"), ink: fill, font: `${fontWeight} ${fontSize} ${fontFamily}` },
  };
}
