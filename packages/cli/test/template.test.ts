import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_TEMPLATE, FIELDS, parseTemplate } from "../src/command-line/template.js";

const fields = {
  LocalAddr: ":5000",
  LocalIP: "n/a",
  LocalPort: "5000",
  RemoteAddr: "203.0.113.7:6000",
  RemoteIP: "203.0.113.7",
  RemotePort: "6000",
};

function render(source: string): string {
  const parsed = parseTemplate(source);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.template(fields);
}

function mistakeIn(source: string): string {
  const parsed = parseTemplate(source);
  return parsed.ok ? `no mistake: ${parsed.template(fields)}` : parsed.message;
}

describe("a template", () => {
  it("is the original's result line by default", () => {
    expect(render(DEFAULT_TEMPLATE)).toBe(
      "LADDR/LHOST/LPORT/RADDR/RHOST/RPORT: :5000 n/a 5000 203.0.113.7:6000 203.0.113.7 6000\n",
    );
  });

  it.each([
    ["{{.RemoteIP}} {{ .RemotePort }}{{\n.LocalPort\t}}", "203.0.113.7 60005000"],
    ["a \n{{- .LocalPort -}}\r\n\t b", "a5000b"],
    ["a {{- .LocalPort}} b", "a5000 b"],
    ["a {{.LocalPort -}} b", "a 5000b"],
    ["a {{- .LocalPort -}} {{- .LocalPort}}", "a50005000"],
    ["a{{/* {{.Nothing}} */}}b", "ab"],
    ["a {{- /* c */ -}} b", "ab"],
    ["{{/* a */}}kept{{/* b */}}", "kept"],
    ["}} { {", "}} { {"],
    ["", ""],
    ["\u00a0{{- .LocalPort}}", "\u00a05000"],
  ])("%j renders as Go renders it", (source, expected) => {
    expect(render(source)).toBe(expected);
  });

  it.each([
    ["{{.LocalHost}}", "line 1, column 1: there is no field .LocalHost; the fields are .LocalAddr, .LocalIP"],
    ["ok\n  {{.remoteip}}", "line 2, column 3: there is no field .remoteip"],
    ["{{", 'line 1, column 1: "{{" without "}}"'],
    ["{{.RemoteIP", 'line 1, column 1: "{{" without "}}"'],
    ["{{}}", "line 1, column 1: "],
    ["{{.}}", "line 1, column 1: "],
    ["{{.RemoteIP.Foo}}", "line 1, column 1: "],
    ["{{RemoteIP}}", "line 1, column 1: "],
    ["{{-.RemoteIP}}", "line 1, column 1: "],
    ["{{.RemoteIP-}}", "line 1, column 1: "],
    ['{{printf "%s" .RemoteIP}}', 'line 1, column 1: "{{printf \\"%s\\" .RemoteIP}}" is more than one field'],
    ["{{if .RemoteIP}}x{{end}}", "line 1, column 1: "],
    ["{{/* a */ b */}}", "line 1, column 1: "],
    ["{{.constructor}}", "line 1, column 1: there is no field .constructor"],
  ])("%j is refused", (source, message) => {
    expect(mistakeIn(source)).toContain(message);
  });

  it("keeps any text without braces, and renders or refuses anything else", () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom("{{", "}}", "{{- ", " -}}", ".", ...FIELDS.map((field) => `{{.${field}}}`)),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 10 }), (pieces) => {
        const source = pieces.join("");
        const parsed = parseTemplate(source);
        if (!source.includes("{{")) expect(render(source)).toBe(source);
        if (!parsed.ok) expect(parsed.message).toMatch(/^line \d+, column \d+: /);
      }),
    );
  });
});
