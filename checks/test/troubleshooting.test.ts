import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { messagesOf } from "../src/messages.js";
import { filesBelow, root } from "../src/packages.js";
import { codeSpans, column, tablesOf } from "../src/tables.js";

const page = readFileSync(join(root, "docs/troubleshooting.md"), "utf8");
const tables = tablesOf(page);
const sources = (room: string) =>
  filesBelow(join(root, "packages", room, "src"), /\.ts$/).map((file) => readFileSync(file, "utf8"));

/** Codes that a union type in a source names. */
function codesOfType(file: string, type: string): readonly string[] {
  const source = readFileSync(join(root, file), "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
  const union = new RegExp(`type ${type} =([^;]+);`).exec(source)?.[1] ?? "";
  return [...union.matchAll(/"([a-z-]+)"/g)].map(([, code = ""]) => code);
}

const codesOfCommand = sources("cli")
  .flatMap((source) => [...source.matchAll(/new Failure\(\s*"([a-z-]+)"/g)])
  .map(([, code = ""]) => code);

const codes = {
  PunchError: codesOfType("packages/peer/src/errors.ts", "PunchErrorCode"),
  ControlError: codesOfType("packages/transport/src/node/transport-error.ts", "TransportErrorCode"),
  "the command": [...new Set(codesOfCommand)],
};

describe("the page on troubles", () => {
  const explained = [
    ...column(tables, "code").flatMap(codeSpans),
    ...[...page.matchAll(/^### `([a-z-]+)`$/gm)].map(([, code = ""]) => code),
  ];

  it.each(Object.entries(codes))("explains every code of %s", (_, all) => {
    expect(all.length).toBeGreaterThan(5);
    expect(all.filter((code) => !explained.includes(code))).toEqual([]);
  });

  it("explains no code that there is not", () => {
    const all = Object.values(codes).flat();
    expect(explained.filter((code) => !all.includes(code))).toEqual([]);
  });

  const messages = ["cli", "peer", "control", "crypto", "transport"].flatMap(sources).flatMap(messagesOf);
  const shown = column(tables, "you see").flatMap(codeSpans);

  it("shows messages as the sources write them", () => {
    expect(shown.length).toBeGreaterThan(40);
    const isMessage = (text: string) => messages.some((message) => message.test(text));
    // What is wrong with a flag's value may be said by whoever read it.
    const withoutFlag = (text: string) => text.replace(/^-[a-z-]+: /, "");
    expect(shown.filter((text) => !isMessage(text) && !isMessage(withoutFlag(text)))).toEqual([]);
  });

  it("links to headings that it has", () => {
    const anchors = [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
      heading
        .toLowerCase()
        .replace(/[^\w\s-]/g, "")
        .replaceAll(" ", "-"),
    );
    const links = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor);
    expect(links.filter((anchor) => !anchors.includes(anchor ?? ""))).toEqual([]);
  });
});

describe("messages read from sources", () => {
  const match = (source: string, text: string) => messagesOf(source).some((message) => message.test(text));

  it("are whole literals, with anything where something is filled in", () => {
    const source = `fail(\`cannot listen on \${address}: \${a ? \`not \${b}\` : "no"} (\${x})\`);`;
    expect(match(source, "cannot listen on :5000: not here (7)")).toBe(true);
    expect(match(source, "cannot listen on :5000")).toBe(false);
    expect(match(source, "cannot listen to :5000: not here (7)")).toBe(false);
  });

  it("are no comments, and a regular expression's quotes hide none of them", () => {
    expect(match('// doesn\'t say `anything here`\n/* "nor in here" */', "anything here")).toBe(false);
    expect(match('see("https://nowhere.example"); say("what is meant");', "what is meant")).toBe(true);
    expect(match('const quote = /[\'"]/g;\nsay("what is meant");', "what is meant")).toBe(true);
    expect(match('say("a \\"quoted\\" word", `and \\`ticks\\` here`);', 'a "quoted" word')).toBe(true);
    expect(match('say("a \\"quoted\\" word", `and \\`ticks\\` here`);', "and `ticks` here")).toBe(true);
  });
});

describe("tables of a document", () => {
  it("have columns by name, and bars inside of cells", () => {
    const tables = tablesOf("text\n\n| a | b |\n| --- | --- |\n| 1 | `x\\|y` and `z` |\n\n| b |\n| - |\n| 2 |\n");
    expect(column(tables, "b")).toEqual(["`x|y` and `z`", "2"]);
    expect(column(tables, "b").flatMap(codeSpans)).toEqual(["x|y", "z"]);
  });
});
