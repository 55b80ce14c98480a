import { traceOf } from "../trace/trace-file.js";
import { withFlying } from "./flying-view.js";
import { run } from "./state.js";

/** What stands in a saved picture, where no style sheet of ours is. */
const STYLES = [
  "fill",
  "stroke",
  "stroke-width",
  "stroke-linecap",
  "stroke-linejoin",
  "paint-order",
  "stroke-dasharray",
  "opacity",
  "font-family",
  "font-size",
  "font-weight",
  "text-anchor",
  "letter-spacing",
];

export function saveTrace(): void {
  save("netpunch-trace.json", "application/json", `${JSON.stringify(traceOf(run.value), null, 1)}\n`);
}

export function savePicture(): void {
  const scene = document.querySelector<SVGSVGElement>("svg.scene");
  if (scene === null) return;
  save(
    "netpunch-scene.svg",
    "image/svg+xml",
    withFlying(scene, () => pictureOf(scene)),
  );
}

/** The scene as a file of its own: each style that it has from our sheet is written down. */
function pictureOf(scene: SVGSVGElement): string {
  const copy = scene.cloneNode(true) as SVGSVGElement;
  const originals = [scene, ...scene.querySelectorAll<SVGElement>("*")];
  const copies = [copy, ...copy.querySelectorAll<SVGElement>("*")];
  originals.forEach((original, index) => {
    const style = getComputedStyle(original);
    for (const name of STYLES) copies[index]?.setAttribute(name, style.getPropertyValue(name));
    copies[index]?.removeAttribute("class");
  });
  const { width, height } = scene.viewBox.baseVal;
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", String(width));
  copy.setAttribute("height", String(height));
  copy.style.background = getComputedStyle(document.body).getPropertyValue("--card");
  return new XMLSerializer().serializeToString(copy);
}

function save(name: string, type: string, content: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
