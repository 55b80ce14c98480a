import { describe, expect, it } from "vitest";
import { colourOf, Raster } from "../src/scene/raster.js";

const ORANGE = [217, 98, 10] as const;
const BLUE = [37, 99, 235] as const;
const paint = (raster: Raster, x: number, y: number, [red, green, blue]: readonly [number, number, number]) =>
  raster.disc({ x, y }, colourOf(`rgb(${red}, ${green}, ${blue})`));
const pixel = ({ bytes, widthPx }: Raster, x: number, y: number) => [...bytes.slice(4 * (y * widthPx + x)).slice(0, 4)];
const alphas = ({ bytes }: Raster) => [...bytes].filter((_, at) => at % 4 === 3);
const covered = (raster: Raster) => alphas(raster).reduce((sum, alpha) => sum + alpha / 255, 0);
/** Where the middle of all that is covered is. */
function middle(raster: Raster): { readonly x: number; readonly y: number } {
  const all = covered(raster);
  let [x, y] = [0, 0];
  for (const [at, alpha] of alphas(raster).entries()) {
    const share = alpha / 255 / all;
    x += ((at % raster.widthPx) + 0.5) * share;
    y += (Math.floor(at / raster.widthPx) + 0.5) * share;
  }
  return { x, y };
}

describe("a raster of discs", () => {
  it("paints a disc in its colour, of its size, round it nothing", () => {
    const raster = new Raster(40, 30, 12);
    paint(raster, 20, 15, ORANGE);
    expect(pixel(raster, 20, 15)).toEqual([...ORANGE, 255]);
    expect(pixel(raster, 12, 15)).toEqual([0, 0, 0, 0]);
    expect(covered(raster) / (Math.PI * 6 ** 2)).toBeCloseTo(1, 1);
    raster.clear();
    expect(covered(raster)).toBe(0);
  });

  it.each([
    [20, 15],
    [20.25, 15.5],
    [19.74, 14.99],
    [20.61, 15.13],
  ])("puts a disc at %f, %f, to an eighth of a pixel", (x, y) => {
    const raster = new Raster(40, 30, 12);
    paint(raster, x, y, ORANGE);
    expect(Math.abs(middle(raster).x - x)).toBeLessThan(0.13);
    expect(Math.abs(middle(raster).y - y)).toBeLessThan(0.13);
  });

  it("paints what comes later over what was there, and blends the two at the edge", () => {
    const raster = new Raster(60, 30, 12);
    paint(raster, 20, 15, ORANGE);
    const edge =
      Array.from({ length: 60 }, (_, x) => x).find((x) => x > 20 && (pixel(raster, x, 15)[3] ?? 0) < 255) ?? 0;
    paint(raster, edge + 6.5, 15, BLUE);
    expect(pixel(raster, edge + 6, 15)).toEqual([...BLUE, 255]);
    expect(pixel(raster, 18, 15)).toEqual([...ORANGE, 255]);
    const [red = 0, , blue = 0, alpha = 0] = pixel(raster, edge - 1, 15);
    expect([red > BLUE[0] && red <= ORANGE[0], blue >= ORANGE[2] && blue < BLUE[2], alpha]).toEqual([true, true, 255]);
  });

  it("leaves out what is not wholly on it", () => {
    const raster = new Raster(20, 20, 12);
    for (const [x, y] of [
      [2, 10],
      [10, 2],
      [18, 10],
      [10, 18],
      [-50, 10],
      [10, 1e6],
    ] as const)
      paint(raster, x, y, ORANGE);
    expect(covered(raster)).toBe(0);
  });
});
