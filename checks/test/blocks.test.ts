import { rmSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { blocksOf, difference } from "../src/blocks.js";
import { createHome, runTerminals } from "../src/run.js";

const fenced = (language: string, code: string) => `\`\`\`${language}\n${code}\n\`\`\`\n`;

describe("the blocks of a document", () => {
  it("know their line, language, code and output", () => {
    const [block, ...rest] = blocksOf(`# Title\n\n${fenced("sh", "echo a\necho b")}\n${fenced("text", "a\nb")}`);
    expect(block).toMatchObject({ line: 3, language: "sh", code: "echo a\necho b", exits: 0, notRun: null });
    expect(block?.output).toEqual({ text: "a\nb", varies: [] });
    expect(rest).toEqual([]);
  });

  it("take the comments directly above them", () => {
    const [block] = blocksOf(`<!-- not run: needs two machines -->\n<!-- exits: 2 -->\n\n${fenced("sh", "x")}`);
    expect(block).toMatchObject({ notRun: "needs two machines", exits: 2 });
  });

  it("take no comment that a paragraph parts from them, and no output either", () => {
    const blocks = blocksOf(`<!-- not run: why -->\nA word.\n${fenced("sh", "x")}\nA word.\n${fenced("text", "y")}`);
    expect(blocks).toMatchObject([{ notRun: null, output: null }, { language: "text" }]);
  });

  it("may stand in a list", () => {
    expect(blocksOf("1. One:\n\n   ```sh\n   echo a\n     b\n   ```\n")).toMatchObject([{ code: "echo a\n  b" }]);
  });

  it("must end, and name what varies rightly", () => {
    expect(() => blocksOf("```sh\necho")).toThrow("line 1: this block never ends");
    const wrong = `${fenced("sh", "x")}<!-- varies: weather -->\n${fenced("text", "y")}`;
    expect(() => blocksOf(wrong)).toThrow('"varies" expected times, pids, ports or order, got "weather"');
  });
});

describe("an output", () => {
  const differs = (printed: string, text: string, ...varies: ("times" | "pids" | "ports" | "order")[]) =>
    difference(printed, { text, varies }) !== null;

  it("is compared to the letter", () => {
    expect(differs("a 1\n", "a 1")).toBe(false);
    expect(differs("a 1\n", "a 2")).toBe(true);
    expect(differs("a\nb\n", "a")).toBe(true);
    expect(differs("a", "a\nb")).toBe(true);
    expect(differs("axb", "a.b")).toBe(true);
  });

  it("may leave lines out", () => {
    expect(differs("a\nb\nc\nd\n", "a\n...\nd")).toBe(false);
    expect(differs("a\nd\n", "a\n...\nd")).toBe(false);
    expect(differs("a\nb\nc\n", "a\n...\nd")).toBe(true);
  });

  it("may vary where it says so, and only there", () => {
    const log = (time: string, pid: number, port: number) => `${time} [${pid}] read: "a" <- 127.0.0.1:${port}`;
    const one = log("2022/04/02 17:40:22.674964", 25400, 41234);
    const two = log("2026/01/02 03:04:05.000006", 7, 5000);
    expect(differs(one, two, "times", "pids", "ports")).toBe(false);
    expect(differs(one, two, "times", "pids")).toBe(true);
    expect(differs(one, two, "times", "ports")).toBe(true);
    expect(differs(one, two, "pids", "ports")).toBe(true);
    expect(differs("connected in 12 ms", "connected in 3.5 ms", "times")).toBe(false);
    expect(differs("connected in 12 ms", "failed in 12 ms", "times")).toBe(true);
    expect(differs(":5000 n/a 5000", ":6000 n/a 6000", "ports")).toBe(false);
    expect(differs("203.0.113.7:5000", "203.0.113.8:5000", "ports")).toBe(true);
    expect(differs("b\na", "a\nb")).toBe(true);
    expect(differs("b\na", "a\nb", "order")).toBe(false);
    expect(differs("b\na\na", "a\nb", "order")).toBe(true);
    expect(differs("b\nc\na\n", "a\n...\nb", "order")).toBe(false);
    expect(differs("b\nc\n", "a\n...\nb", "order")).toBe(true);
  });
});

describe("a script", () => {
  const home = createHome();
  afterAll(() => rmSync(home.path, { recursive: true }));

  it("prints to one terminal, stops at its first error and tells its status", async () => {
    const [run] = await runTerminals(["echo out; echo err >&2; sh -c 'exit 3'; echo never"], home);
    expect(run).toEqual({ status: 3, output: "out\nerr\n" });
  });

  it("that serves is interrupted when the others have ended", async () => {
    const server = `node -e '
      process.on("SIGINT", () => process.exit(0));
      setInterval(() => {}, 1000);
      fs.writeFileSync("up", "");
    '`;
    const client = "until [ -e up ]; do sleep 0.05; done; echo served";
    expect(await runTerminals([server, client, "echo short"], home)).toEqual([
      { status: 0, output: "" },
      { status: 0, output: "served\n" },
      { status: 0, output: "short\n" },
    ]);
  });
});
