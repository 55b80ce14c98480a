import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, inject, it } from "vitest";

const directory = inject("everything");
const tsc = resolve(import.meta.dirname, "../../node_modules/.bin/tsc");

/** Type-checks a program of a user who has neither @types/node nor skipLibCheck; an empty answer is success. */
function typeCheck(source: string): string {
  writeFileSync(join(directory, "consumer.ts"), source);
  const options = ["--strict", "--noEmit", "--module", "nodenext", "--target", "es2022", "--pretty", "false"];
  const lib = ["--lib", "es2022,esnext.disposable,dom"];
  const { stdout } = spawnSync(tsc, [...options, ...lib, "--skipLibCheck", "false", "--types", "", "consumer.ts"], {
    cwd: directory,
    encoding: "utf8",
  });
  return stdout;
}

const entries = Object.keys(inject("tarballs")).flatMap((name) => {
  const { exports = {} } = JSON.parse(readFileSync(join(directory, "node_modules", name, "package.json"), "utf8"));
  return Object.keys(exports).map((entry) => name + entry.slice(1));
});

describe("the published types", () => {
  it("need no @types/node and hold without skipLibCheck", () => {
    const imports = entries.map((entry, index) => `import * as entry${index} from ${JSON.stringify(entry)};`);
    const uses = entries.map((_, index) => `export type Entry${index} = typeof entry${index};`);
    expect(entries).toContain("@netpunch/peer/core");
    expect(typeCheck([...imports, ...uses].join("\n"))).toBe("");
  });

  it("are looked at: a wrong use of them is an error", () => {
    const source = `import type { Endpoint } from "@netpunch/wire";\nexport const port: Endpoint["port"] = "5000";`;
    expect(typeCheck(source)).toContain("error TS2322");
  });
});
