/**
 * The fenced code blocks of a Markdown document, and what the HTML comments directly above one say about it:
 *
 * | comment | the block |
 * | --- | --- |
 * | `<!-- not run: reason -->` | is not run (TypeScript is type-checked nevertheless) |
 * | `<!-- exits: 1 -->` | ends with that status instead of 0 |
 * | `<!-- terminal: name -->` | runs side by side with the terminals that follow it; the first one serves the others and is interrupted when they have ended |
 * | `<!-- tested by: path -->` | is generated from the code or compared with it, in that test |
 * | `<!-- varies: times, pids, ports, order -->` | (above an output) is compared without these |
 *
 * A `text` or `json` block right after a program is the program's output; a line `...` in it stands for any lines.
 */
export interface Block {
  /** 1 for the document's first line; the fence's own line. */
  readonly line: number;
  readonly language: string;
  readonly code: string;
  readonly notRun: string | null;
  readonly testedBy: string | null;
  readonly terminal: string | null;
  readonly exits: number;
  readonly output: Output | null;
}

/** What a program prints, as the document shows it. */
interface Output {
  readonly text: string;
  readonly varies: readonly Varying[];
}

/** What may differ from run to run. */
type Varying = keyof typeof constant | "order";

interface Fence {
  readonly line: number;
  readonly language: string;
  readonly code: string;
  readonly notes: ReadonlyMap<string, string>;
  /** Nothing but comments and empty lines is between this block and the one before. */
  readonly follows: boolean;
}

/** All blocks of a document; an output belongs to its program and is none of them. */
export function blocksOf(markdown: string): readonly Block[] {
  const fences = fencesOf(markdown);
  const outputs = new Set(fences.filter((fence, index) => isOutput(fence, fences[index - 1])));
  return fences.flatMap((fence, index) => {
    if (outputs.has(fence)) return [];
    const next = fences[index + 1];
    const { line, language, code, notes } = fence;
    return {
      line,
      language,
      code,
      notRun: notes.get("not run") ?? null,
      testedBy: notes.get("tested by") ?? null,
      terminal: notes.get("terminal") ?? null,
      exits: Number(notes.get("exits") ?? 0),
      output: next !== undefined && outputs.has(next) ? { text: next.code, varies: varyingOf(next) } : null,
    };
  });
}

function isOutput(fence: Fence, before: Fence | undefined): boolean {
  const isProgram = before?.language === "ts" || before?.language === "sh";
  return isProgram && fence.follows && ["text", "json"].includes(fence.language);
}

function varyingOf({ notes, line }: Fence): readonly Varying[] {
  const names = (notes.get("varies") ?? "").split(",").map((name) => name.trim());
  return names.filter(Boolean).map((name) => {
    if (name in constant || name === "order") return name as Varying;
    throw new RangeError(`line ${line}: "varies" expected ${Object.keys(constant).join(", ")} or order, got "${name}"`);
  });
}

function fencesOf(markdown: string): readonly Fence[] {
  const fences: Fence[] = [];
  const lines = markdown.split("\n");
  let notes = new Map<string, string>();
  let follows = false;
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? "";
    const [, indent, fence, language] = /^(\s*)(`{3,})(\w*)/.exec(line) ?? [];
    const [, key, value] = /^\s*<!-- ([a-z ]+): (.+?) -->\s*$/.exec(line) ?? [];
    if (fence !== undefined) {
      const end = lines.findIndex((each, index) => index > at && each.trim() === fence);
      if (end < 0) throw new SyntaxError(`line ${at + 1}: this block never ends`);
      const code = lines.slice(at + 1, end).map((each) => each.slice(indent?.length));
      fences.push({ line: at + 1, language: language ?? "", code: code.join("\n"), notes, follows });
      at = end;
      notes = new Map();
      follows = true;
    } else if (key !== undefined && value !== undefined) {
      notes.set(key, value);
    } else if (line.trim() !== "") {
      notes = new Map();
      follows = false;
    }
  }
  return fences;
}

/** What stands in for each thing that varies. */
const constant = {
  times: (text: string) =>
    text
      .replace(/\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d\.\d+/g, "<time>")
      .replace(/\b\d+(\.\d+)?(?= ?(ms|s)\b)/g, "<n>")
      .replace(/(Ms"?: ?)\d+(\.\d+)?/g, "$1<n>"),
  pids: (text: string) => text.replace(/\[\d+\]/g, "[<pid>]"),
  ports: (text: string) =>
    text.replace(/(?<![\d.])(102[4-9]|10[3-9]\d|1[1-9]\d\d|[2-9]\d{3}|[1-6]\d{4})(?![\d.])/g, "<port>"),
} as const;

/** Whether a program printed what the document says; null if it did, else the two side by side. */
export function difference(printed: string, { text, varies }: Output): { printed: string; expected: string } | null {
  const normal = (raw: string) => varies.reduce((each, name) => (name === "order" ? each : constant[name](each)), raw);
  const lines = { printed: linesOf(normal(printed)), expected: linesOf(normal(text)) };
  const same = varies.includes("order") ? holdsInAnyOrder(lines) : holdsInOrder(lines);
  return same ? null : { printed: lines.printed.join("\n"), expected: lines.expected.join("\n") };
}

interface Lines {
  readonly printed: readonly string[];
  readonly expected: readonly string[];
}

const anyLines = "...";

function linesOf(text: string): readonly string[] {
  return text
    .trim()
    .split("\n")
    .map((line) => line.trimEnd());
}

function holdsInOrder({ printed, expected }: Lines): boolean {
  const [line, ...others] = expected;
  if (line === undefined) return printed.length === 0;
  if (line !== anyLines) return printed[0] === line && holdsInOrder({ printed: printed.slice(1), expected: others });
  return [...printed, null].some((_, skipped) => holdsInOrder({ printed: printed.slice(skipped), expected: others }));
}

/** Each expected line is there as often as it is expected; more lines only where the document leaves some out. */
function holdsInAnyOrder({ printed, expected }: Lines): boolean {
  const left = [...printed];
  const missing = expected.filter((line) => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(at, 1);
    return at < 0 && line !== anyLines;
  });
  return missing.length === 0 && (left.length === 0 || expected.includes(anyLines));
}
