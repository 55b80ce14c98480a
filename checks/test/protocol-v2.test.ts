import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { blocksOf } from "../src/blocks.js";
import { filesBelow, root } from "../src/packages.js";
import { codeSpans, type Table, tablesOf } from "../src/tables.js";

interface Vectors {
  readonly secrets: readonly Readonly<Record<string, string>>[];
  readonly sessions: readonly Readonly<Record<string, string>>[];
  readonly frames: readonly { readonly what: string; readonly frame_hex: string }[];
}

const page = readFileSync(join(root, "docs/protocol-v2.md"), "utf8");
const tables = tablesOf(page);
const vectors: Vectors = JSON.parse(readFileSync(join(root, "packages/crypto/vectors/v2.json"), "utf8"));
const compared = blocksOf(page).filter(({ testedBy }) => testedBy === "checks/test/protocol-v2.test.ts");

describe("the page on protocol v2", () => {
  it("shows the keys of the first vectors", () => {
    const [secret] = vectors.secrets;
    const [session] = vectors.sessions;
    const [block] = compared.filter(({ code }) => code.startsWith("secret"));
    const shown =
      block?.code
        .trim()
        .split("\n")
        .map((line) => line.split(/ {2,}/)) ?? [];
    expect(Object.fromEntries(shown)).toEqual({
      secret: Buffer.from(secret?.["secret_hex"] ?? "", "hex").toString(),
      R: secret?.["root_hex"],
      Kc: secret?.["control_hex"],
      "control key": secret?.["control_text"],
      'sid of "home"': session?.["sid_hex"],
      'Kp of "home"': session?.["peer_hex"],
      'Kb of "home"': session?.["candidates_hex"],
    });
    expect(Buffer.from(session?.["name_hex"] ?? "", "hex").toString()).toBe("home");
  });

  const examples = compared.filter(({ code }) => !code.startsWith("secret")).flatMap(({ code }) => framesIn(code));

  it("shows a frame of each type", () => {
    const types = examples.map(({ hex }) => hex.slice(8, 10));
    expect([...new Set(types)].toSorted()).toEqual([
      "01",
      "02",
      "03",
      "04",
      "05",
      "06",
      "11",
      "12",
      "13",
      "14",
      "15",
      "16",
      "17",
      "18",
    ]);
  });

  it.each(examples)("shows the vector: $what", ({ what, hex }) => {
    expect(vectors.frames.find((vector) => vector.what === what)?.frame_hex).toBe(hex);
  });

  it("shows timers as they are in the code", () => {
    const rows = tables.flatMap((table) => rowsWith(table, "in the code"));
    const named = rows.map(([name, row]) => ({ name, shown: numbersIn(row), inCode: valueInCode(name) }));
    expect(named.length).toBeGreaterThan(25);
    const wrong = named.filter(
      ({ shown, inCode }) => inCode === null || !inCode.every((value) => shown.includes(value)),
    );
    expect(wrong).toEqual([]);
  });

  it("shows control's limits as they are in the code", () => {
    const rows = tables
      .flatMap((table) => rowsWith(table, "name"))
      .filter(([name]) => /^[a-z]+[A-Z]|^bindings/.test(name));
    expect(rows.length).toBe(6);
    for (const [name, row] of rows) expect(numbersIn(row)).toEqual(valueInCode(`DEFAULT_BUDGETS.${name}`));
  });
});

/** Frames of an example: a line with a vector's name, below it lines that begin with hexadecimal. */
function framesIn(code: string): readonly { readonly what: string; readonly hex: string }[] {
  return code
    .trim()
    .split(/\n(?! )/)
    .map((text) => text.split("\n"))
    .map(([what = "", ...lines]) => ({ what, hex: lines.map((line) => line.trim().split(" ")[0]).join("") }));
}

/** The rows of a table that name something of the code in a column, by that name. */
function rowsWith([head = [], ...rows]: Table, heading: string): readonly (readonly [string, readonly string[]])[] {
  const at = head.indexOf(heading);
  if (at < 0) return [];
  return rows.flatMap((row) => {
    const [name] = codeSpans(row[at] ?? "");
    return name === undefined ? [] : [[name, row.filter((_, column) => column !== at)] as const];
  });
}

/** The numbers of a row's cells, but for its first cell's; where there is none but there, those. */
function numbersIn([first = "", ...cells]: readonly string[]): readonly number[] {
  const numbers = (text: string) =>
    [...text.matchAll(/\d[\d,]*(\.\d+)?/g)].map(([digits]) => Number(digits.replaceAll(",", "")));
  const beside = cells.flatMap(numbers);
  return beside.length > 0 ? beside : numbers(first);
}

/** The value of `NAME`, `NAME.field` or `NAME.field.part` in the sources of control and peer; null where there is no such number. */
function valueInCode(name: string): readonly number[] | null {
  const [constant = "", field, part] = name.split(".");
  const sources = ["control", "peer"].flatMap((room) => filesBelow(join(root, "packages", room, "src"), /\.ts$/));
  for (const source of sources.map((file) => readFileSync(file, "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, ""))) {
    const text = new RegExp(`^(?:export )?const ${constant}\\b[^=]*= ([^]*?);$`, "m").exec(source)?.[1];
    const inner = part === undefined ? text : new RegExp(`\\b${field}: \\{([^}]*)\\}`).exec(text ?? "")?.[1];
    const value = field === undefined ? text : new RegExp(`\\b${part ?? field}: ([\\d_.]+)`).exec(inner ?? "")?.[1];
    if (value !== undefined && /^[\d_.]+$/.test(value)) return [Number(value.replaceAll("_", ""))];
    if (value !== undefined && /^[A-Z_]+$/.test(value)) return valueInCode(value);
  }
  return null;
}
