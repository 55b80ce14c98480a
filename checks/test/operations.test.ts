import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { controlKeys, createControlCore, DEFAULT_BUDGETS } from "@netpunch/control/core";
import { createV1Envelope, secretBytes } from "@netpunch/crypto";
import { v1 } from "@netpunch/wire";
import { afterAll, describe, expect, it } from "vitest";
import { blocksOf } from "../src/blocks.js";
import { root } from "../src/packages.js";
import { has } from "../src/requirements.js";
import { createHome, runTerminals } from "../src/run.js";
import { codeSpans, column, tablesOf } from "../src/tables.js";

const read = (path: string) => readFileSync(join(root, path), "utf8");
const page = read("docs/operations.md");

/** The page's one line that holds a text. */
function line(text: string): string {
  const lines = page.split("\n").filter((each) => each.includes(text));
  if (lines.length !== 1) throw new Error(`expected one line with ${JSON.stringify(text)}, found ${lines.length}`);
  return lines[0] ?? "";
}

/** The names of all plain values in an object: `dropped.short`, `slots[].slot`. */
function fieldsOf(value: object, prefix = ""): readonly string[] {
  return Object.entries(value).flatMap(([name, inner]) => {
    if (Array.isArray(inner)) return fieldsOf(inner[0], `${prefix}${name}[].`);
    return typeof inner === "object" ? fieldsOf(inner, `${prefix}${name}.`) : [prefix + name];
  });
}

describe("the page on operations", () => {
  it("explains every counter of control's stats, and none that there is not", async () => {
    const random = (length: number) => new Uint8Array(length);
    const core = createControlCore({ keys: await controlKeys("x"), random });
    const bytes = createV1Envelope(secretBytes("x")).seal(v1.encode({ type: "announce", slot: "a" }));
    const remote = { address: "203.0.113.1", port: 5000 };
    core.handle(0, { type: "datagram", datagram: { socket: 0, remote, bytes } });
    const explained = column(tablesOf(page), "field").flatMap(codeSpans);
    expect([...explained].sort()).toEqual([...fieldsOf(core.stats(0))].sort());
  });

  it("shows stats in the words of the log", () => {
    const [ofV1 = "", ofV2 = ""] = line("stats: up 86400 s").split("; v2: ");
    const wordsOf = (counters: string) =>
      [...counters.replace(/\(.*?\)/g, "").matchAll(/(?:^|, )([a-z: ]+?) \d/g)].map(([, label]) => label);
    const words = wordsOf(ofV1.split(", slots:")[0] ?? "");
    expect(words).toEqual(["stats: up", "heard", "heeded", "answered", "pushed", "expired", "send failed", "dropped"]);
    const sessions = wordsOf(ofV2);
    expect(sessions).toEqual([
      "heard",
      "challenged",
      "answered",
      "byes",
      "pushed",
      "expired",
      "dropped",
      "bound",
      "remembered",
    ]);
    const source = read("packages/cli/src/commands/control/stats.ts");
    expect([...words, ...sessions].filter((label) => !source.includes(`\`${label} \${`))).toEqual([]);
  });

  it("tells the budgets as they are", () => {
    const { announcesPerSecond, announcesPerSourcePerSecond, announcesPerSlotPerSecond } = DEFAULT_BUDGETS;
    expect(line("| announces heeded")).toContain(
      `${announcesPerSecond} a second in all, ${announcesPerSourcePerSecond} from one source (an IPv4 address, an IPv6 /64), ${announcesPerSlotPerSecond} for one slot`,
    );
  });

  it("tells the limits of the log as they are", () => {
    const source = read("packages/cli/src/log/datagram-log.ts");
    expect(source).toContain("JUNK = { burst: 5, perSecond: 0.1 }");
    expect(source).toContain("SIGNED = { burst: 1000, perSecond: 100 }");
    expect(source).toContain("LONGEST_SHOWN_BYTES = 256");
    expect(page.replace(/\s+/g, " ")).toContain(
      "get 5 lines at once and 6 a minute, all others 1,000 lines at once and 100 a second",
    );
  });

  const home = createHome();
  afterAll(() => rmSync(home.path, { recursive: true }));
  const scripts = blocksOf(page).map(({ code }) => code);
  const script = (word: string) => scripts.find((each) => each.includes(word)) ?? `false: no block with ${word}`;

  it.skipIf(!has("nft", "unshare"))("has a rule that nft takes into Debian's table", async () => {
    const table = "nft add table inet filter; nft add chain inet filter input '{ type filter hook input priority 0; }'";
    const [run] = await runTerminals([`${table}\n${script("nft add")}\nnft list chain inet filter input`], home);
    expect(run).toMatchObject({ status: 0 });
    expect(run?.output).toContain("udp dport 7777 accept");
  });

  it("makes a second control node of the unit, with a port and a secret of its own", async () => {
    writeFileSync(join(home.directory, "netpunch-control.service"), read("deploy/netpunch-control.service"));
    const [sed = ""] = /^sed [\s\S]*?\.service$/m.exec(script("sed ")) ?? [];
    const [run] = await runTerminals([sed.replace("/etc/systemd/system/", "./")], home);
    expect(run).toEqual({ status: 0, output: "" });
    const unit = readFileSync(join(home.directory, "netpunch-control-7778.service"), "utf8");
    expect(unit).toContain("\nLoadCredential=secret:/etc/netpunch/secret-7778\n");
    expect(unit).toContain("\nExecStart=netpunch control -local :7778 ");
  });
});
