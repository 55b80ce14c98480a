const COMMENT = /\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm;

/** What is filled into a template: an expression that may hold braces and a template of its own. */
const FILLED_IN = /\$\{(?:[^{}`]|\{[^{}]*\}|`(?:\$\{[^{}`]*\}|[^`])*`)*\}/;

/** A string ends in its line: a lone quote is one of a regular expression. */
const LITERAL = new RegExp(`"((?:[^"\\\\\\n]|\\\\.)*)"|\`((?:${FILLED_IN.source}|[^\`\\\\]|\\\\.)*)\``, "g");

/** chosen: with fewer letters of its own, a template would match nearly anything. */
const FEWEST_LETTERS = 5;

/**
 * The messages that a program can print, read from its TypeScript: each string and template as a pattern, in which what is
 * filled in stands for any text.
 */
export function messagesOf(source: string): readonly RegExp[] {
  const literals = [...source.replace(COMMENT, "").matchAll(LITERAL)];
  return literals
    .map(([, string, template]) => (string === undefined ? (template ?? "").split(FILLED_IN) : [string]))
    .map((parts) => parts.map((part) => part.replace(/\\(.)/g, "$1")))
    .filter((parts) => parts.join("").replace(/\W/g, "").length >= FEWEST_LETTERS)
    .map((parts) => new RegExp(`^${parts.map(literally).join(".+")}$`));
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
