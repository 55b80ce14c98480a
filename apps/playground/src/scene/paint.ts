import type { Kind } from "../inspect/inspected.js";
import { crossesOf, type Dot, epitaphOf, type Grave } from "./dots.js";
import type { Point } from "./layout.js";
import { colourOf, Raster } from "./raster.js";

/** How a stroke of the scene looks; its width in units of the scene. */
interface Stroke {
  readonly colour: string;
  readonly width: number;
}

/** What the style sheet says of all that flies. */
export interface Palette {
  readonly dots: Readonly<Record<Kind, string>>;
  /** Of all dots. */
  readonly dotWidth: number;
  readonly ring: Stroke & { readonly opacity: number };
  readonly graves: Stroke;
  /** Its stroke is the ground behind the letters. */
  readonly epitaph: Stroke & { readonly ink: string; readonly font: string };
}

/** All that is seen to fly, and to have died, at an instant. */
export interface Flying {
  readonly dots: readonly Dot[];
  /** Around the datagram that was chosen. */
  readonly rings: readonly Point[];
  /** The newest first. */
  readonly graves: readonly Grave[];
}

/** Paints what flies on a canvas, frame by frame. */
export class Painter {
  readonly #brush: CanvasRenderingContext2D;
  readonly #palette: Palette;
  readonly #colours: ReadonlyMap<string, number>;
  /** Pixels of the canvas in a unit of the scene. */
  readonly #scale: number;
  readonly #raster: Raster;
  readonly #image: ImageData;

  constructor(brush: CanvasRenderingContext2D, palette: Palette, sceneWidth: number) {
    const { width, height } = brush.canvas;
    this.#brush = brush;
    this.#palette = palette;
    this.#scale = width / sceneWidth;
    this.#colours = new Map(Object.entries(palette.dots).map(([kind, colour]) => [kind, colourOf(colour)]));
    this.#raster = new Raster(width, height, palette.dotWidth * this.#scale);
    this.#image = new ImageData(this.#raster.bytes, width);
  }

  /** Paints all of an instant anew. */
  paint({ dots, rings, graves }: Flying): void {
    const scale = this.#scale;
    this.#raster.clear();
    for (const { x, y, kind } of dots) {
      this.#raster.disc({ x: x * scale, y: y * scale }, this.#colours.get(kind) ?? 0);
    }
    const brush = this.#brush;
    brush.putImageData(this.#image, 0, 0);
    brush.setTransform(scale, 0, 0, scale, 0, 0);
    brush.lineCap = "round";
    brush.lineJoin = "round";
    this.#circle(rings);
    if (graves.length > 0) this.#bury(graves);
  }

  #circle(rings: readonly Point[]): void {
    const { ring, dotWidth } = this.#palette;
    const brush = this.#brush;
    brush.globalAlpha = ring.opacity;
    brush.strokeStyle = ring.colour;
    brush.lineWidth = (ring.width - dotWidth) / 2;
    for (const { x, y } of rings) {
      brush.beginPath();
      brush.arc(x, y, (ring.width + dotWidth) / 4, 0, 2 * Math.PI);
      brush.stroke();
    }
    brush.globalAlpha = 1;
  }

  #bury(graves: readonly Grave[]): void {
    const brush = this.#brush;
    const { graves: cross, epitaph } = this.#palette;
    brush.strokeStyle = cross.colour;
    brush.lineWidth = cross.width;
    brush.stroke(new Path2D(crossesOf(graves)));
    const said = epitaphOf(graves, brush.canvas.width / this.#scale);
    if (said === null) return;
    brush.textAlign = "center";
    brush.font = epitaph.font;
    brush.strokeStyle = epitaph.colour;
    brush.lineWidth = epitaph.width;
    brush.strokeText(said.text, said.x, said.y);
    brush.fillStyle = epitaph.ink;
    brush.fillText(said.text, said.x, said.y);
  }
}
