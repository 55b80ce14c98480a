import type { Point } from "./layout.js";

/** chosen: an eye sees no step of a quarter of a pixel. */
const PHASES = 4;
const OPAQUE = 255;

/**
 * Discs of one size, painted pixel by pixel.
 *
 * A browser without a graphics card takes 8 ms for 1,400 circles on a canvas, and as long to copy a picture of one as often;
 * to write their pixels takes 1 ms.
 */
export class Raster {
  readonly widthPx: number;
  readonly heightPx: number;
  /** RGBA, as a canvas takes it. */
  readonly bytes: Uint8ClampedArray<ArrayBuffer>;
  /** The same, a pixel at a time: ABGR, as all machines with browsers are little-endian. */
  readonly #pixels: Int32Array;
  readonly #sizePx: number;
  /** For each quarter of a pixel across, and down. */
  readonly #shapes: readonly Shape[];

  constructor(widthPx: number, heightPx: number, diameterPx: number) {
    this.widthPx = widthPx;
    this.heightPx = heightPx;
    this.bytes = new Uint8ClampedArray(4 * widthPx * heightPx);
    this.#pixels = new Int32Array(this.bytes.buffer);
    this.#sizePx = Math.ceil(diameterPx) + 2;
    this.#shapes = Array.from({ length: PHASES ** 2 }, (_, phase) => {
      const [across, down] = [(phase % PHASES) / PHASES, Math.floor(phase / PHASES) / PHASES];
      const middle = { x: this.#sizePx / 2 + across, y: this.#sizePx / 2 + down };
      return shapeOf(this.#sizePx, diameterPx / 2, middle, widthPx);
    });
  }

  clear(): void {
    this.#pixels.fill(0);
  }

  /** Paints a disc around a point, over what is there; `colour` is {@link colourOf}. */
  disc({ x, y }: Point, colour: number): void {
    const size = this.#sizePx;
    const [left, top] = [Math.round((x - size / 2) * PHASES), Math.round((y - size / 2) * PHASES)];
    const [column, row] = [Math.floor(left / PHASES), Math.floor(top / PHASES)];
    const isInside = column >= 0 && row >= 0 && column + size <= this.widthPx && row + size <= this.heightPx;
    const shape = this.#shapes[(top - row * PHASES) * PHASES + left - column * PHASES];
    // Nobody stands so near to the edge that a disc would be cut.
    if (!isInside || shape === undefined) return;
    const pixels = this.#pixels;
    const start = row * this.widthPx + column;
    const { inner, edge, covered } = shape;
    for (let at = 0; at < inner.length; at++) pixels[start + (inner[at] as number)] = colour;
    for (let at = 0; at < edge.length; at++) {
      const to = start + (edge[at] as number);
      const under = pixels[to] as number;
      // In a crowd most lie on their like.
      if (under !== colour) pixels[to] = blend(colour, covered[at] as number, under);
    }
  }
}

/** A disc's pixels, from the first of the square around it. */
interface Shape {
  readonly inner: Int32Array;
  readonly edge: Int32Array;
  /** How much of each pixel of the edge is covered: 1 to 254. */
  readonly covered: Uint8Array;
}

/** A colour as {@link Raster} takes it, from how a browser writes it: `rgb(217, 98, 10)`. */
export function colourOf(css: string): number {
  const [red = 0, green = 0, blue = 0] = (css.match(/\d+/g) ?? []).map(Number);
  return (OPAQUE << 24) | (blue << 16) | (green << 8) | red;
}

/** A pixel counts as covered by as much as its middle is inside the edge. */
function shapeOf(sizePx: number, radiusPx: number, middle: Point, rowPx: number): Shape {
  const square = Array.from({ length: sizePx ** 2 }, (_, at) => {
    const [x, y] = [at % sizePx, Math.floor(at / sizePx)];
    const inside = radiusPx + 0.5 - Math.hypot(x + 0.5 - middle.x, y + 0.5 - middle.y);
    return { offset: y * rowPx + x, covered: Math.round(OPAQUE * Math.min(1, Math.max(0, inside))) };
  });
  const inner = square.filter(({ covered }) => covered === OPAQUE);
  const edge = square.filter(({ covered }) => covered > 0 && covered < OPAQUE);
  return {
    inner: Int32Array.from(inner, ({ offset }) => offset),
    edge: Int32Array.from(edge, ({ offset }) => offset),
    covered: Uint8Array.from(edge, ({ covered }) => covered),
  };
}

/** A colour over another one, as far as it covers it. */
function blend(colour: number, covered: number, under: number): number {
  const below = under >>> 24;
  if (below === 0) return (covered << 24) | (colour & 0xffffff);
  const alpha = covered + below - (((covered * below) / OPAQUE) | 0);
  // In 256ths: whole numbers are twice as fast here.
  const share = ((covered << 8) / alpha) | 0;
  const blue = mix(colour >>> 16, under >>> 16, share);
  const green = mix(colour >>> 8, under >>> 8, share);
  return (alpha << 24) | (blue << 16) | (green << 8) | mix(colour, under, share);
}

function mix(over: number, under: number, share: number): number {
  return ((over & 255) * share + (under & 255) * (256 - share)) >> 8;
}
