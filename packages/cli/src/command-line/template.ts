/**
 * The six fields that a template can name, in the syntax of Go's `text/template`: `{{.RemoteAddr}}`, with spaces inside
 * the braces, trim markers (`{{- .RemoteAddr -}}`) and comments. Anything else that Go's templates can do is refused
 * while the flags are read, so that a template cannot fail after the hole is there.
 */
export const FIELDS = ["LocalAddr", "LocalIP", "LocalPort", "RemoteAddr", "RemoteIP", "RemotePort"] as const;

type Field = (typeof FIELDS)[number];

export type Fields = Readonly<Record<Field, string>>;

export type Template = (fields: Fields) => string;

export type ParsedTemplate =
  | { readonly ok: true; readonly template: Template }
  /** `message` says what is wrong and where, without the flag's name. */
  | { readonly ok: false; readonly message: string };

export const DEFAULT_TEMPLATE =
  "LADDR/LHOST/LPORT/RADDR/RHOST/RPORT: {{.LocalAddr}} {{.LocalIP}} {{.LocalPort}} {{.RemoteAddr}} {{.RemoteIP}} {{.RemotePort}}\n";

type Part = string | { readonly field: Field };

/** Go's trim markers take these four and no other white space (text/template, "Text and spaces"). */
const SPACE = " \\t\\r\\n";
const TRIM_START = new RegExp(`^[${SPACE}]+`);
const TRIM_END = new RegExp(`[${SPACE}]+$`);
const ACTION = new RegExp(
  `^\\{\\{(?<trimLeft>-(?=[${SPACE}]))?(?:(?<comment>[${SPACE}]*/\\*(?:(?!\\*/)[\\s\\S])*\\*/)|[${SPACE}]*\\.(?<field>\\w+)[${SPACE}]*?)` +
    `(?<trimRight>[${SPACE}]-)?\\}\\}`,
);

export function parseTemplate(source: string): ParsedTemplate {
  const parts: Part[] = [];
  let at = 0;
  let trimNext = false;
  for (;;) {
    const open = source.indexOf("{{", at);
    const action = open === -1 ? null : ACTION.exec(source.slice(open));
    const trimLeft = action?.groups?.["trimLeft"] !== undefined;
    parts.push(trimmed(source.slice(at, open === -1 ? undefined : open), trimNext, trimLeft));
    if (open === -1) return { ok: true, template: (fields) => parts.map((part) => render(part, fields)).join("") };
    if (action === null) return failure(source, open, unreadable(source, open));
    const name = action.groups?.["field"];
    if (name !== undefined) {
      if (!isField(name)) return failure(source, open, `there is no field .${name}; the fields are ${fieldList()}`);
      parts.push({ field: name });
    }
    trimNext = action.groups?.["trimRight"] !== undefined;
    at = open + action[0].length;
  }
}

function trimmed(text: string, start: unknown, end: unknown): string {
  const cut = start === true ? text.replace(TRIM_START, "") : text;
  return end === true ? cut.replace(TRIM_END, "") : cut;
}

function render(part: Part, fields: Fields): string {
  return typeof part === "string" ? part : fields[part.field];
}

function isField(name: string): name is Field {
  return (FIELDS as readonly string[]).includes(name);
}

function fieldList(): string {
  return FIELDS.map((field) => `.${field}`).join(", ");
}

function unreadable(source: string, open: number): string {
  const close = source.indexOf("}}", open);
  if (close === -1) return '"{{" without "}}"';
  const action = source.slice(open, close + 2);
  const shown = action.length > 60 ? `${action.slice(0, 57)}...` : action;
  return `${JSON.stringify(shown)} is more than one field in braces such as {{.RemoteAddr}}`;
}

function failure(source: string, at: number, why: string): ParsedTemplate {
  const before = source.slice(0, at).split("\n");
  const column = (before.at(-1) ?? "").length + 1;
  return { ok: false, message: `line ${before.length}, column ${column}: ${why}` };
}
