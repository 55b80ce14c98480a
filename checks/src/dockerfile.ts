/** One instruction of a Dockerfile: `RUN`, and all that follows it with its continued lines joined. */
export interface Instruction {
  readonly keyword: string;
  readonly text: string;
}

/** Reads a Dockerfile: comments and empty lines are left out, lines that end in a backslash go on. */
export function instructionsOf(dockerfile: string): readonly Instruction[] {
  const lines = dockerfile.split("\n").filter((line) => !/^\s*(#|$)/.test(line));
  const joined = lines.join("\n").replace(/\\\n\s*/g, "");
  return joined.split("\n").map((line) => {
    const [, keyword, text] = /^([A-Z]+)\s+(.*\S)\s*$/.exec(line) ?? [];
    if (keyword === undefined || text === undefined) throw new SyntaxError(`no instruction: ${line}`);
    return { keyword, text };
  });
}

/** The words of an instruction in its exec form, `["program", "argument"]`; the shell form would hide signals. */
export function execForm({ keyword, text }: Instruction): readonly string[] {
  const words: unknown = JSON.parse(text);
  if (Array.isArray(words) && words.every((word) => typeof word === "string")) return words;
  throw new SyntaxError(`${keyword}: expected words in brackets, got ${text}`);
}
