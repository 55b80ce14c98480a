import { existsSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type Block, blocksOf, difference } from "../src/blocks.js";
import { compileBlocks } from "../src/compile.js";
import { filesBelow, published, root } from "../src/packages.js";
import { createHome, type Run, runTerminals } from "../src/run.js";

const documents = filesBelow(root, /\.md$/)
  .map((file) => ({ name: relative(root, file), text: readFileSync(file, "utf8") }))
  .map(({ name, text }) => ({ name, text, blocks: blocksOf(text) }))
  .filter(({ name }) => !/^\.changeset|CHANGELOG\.md$/.test(name));

const programs = documents.flatMap(({ blocks }) => blocks.filter(({ language }) => language === "ts"));
const compiled = compileBlocks(programs.map(({ code }) => code));
const compiledOf = (block: Block) => compiled[programs.indexOf(block)] ?? { file: "", errors: ["not compiled"] };

/** What a shell has to run for a block. */
function script(block: Block): string {
  return block.language === "ts" ? `exec node ${compiledOf(block).file}` : block.code;
}

function expectRun(block: Block, run: Run | undefined): void {
  expect(run, run?.output).toMatchObject({ status: block.exits });
  if (block.output === null || run === undefined) return;
  const { printed, expected } = difference(run.output, block.output) ?? { printed: "", expected: "" };
  expect(printed).toBe(expected);
}

/** `npm install @netpunch/peer`: the packed packages are installed for real in e2e. */
function isInstallation({ language, code, notRun }: Block): boolean {
  return language === "sh" && notRun === null && code.split("\n").every((line) => /^npm (install|i) /.test(line));
}

/** Neighbours that run side by side. */
function terminalsOf(blocks: readonly Block[]): readonly (readonly Block[])[] {
  const groups: Block[][] = [];
  blocks.forEach((block, index) => {
    if (block.terminal === null || block.notRun !== null) return;
    if (blocks[index - 1]?.terminal == null) groups.push([]);
    groups.at(-1)?.push(block);
  });
  return groups;
}

describe.each(documents.filter(({ blocks }) => blocks.length > 0))("$name", ({ blocks }) => {
  it("says what language each block is in", () => {
    const known = ["ts", "sh", "json", "text", "mermaid"];
    expect(blocks.filter(({ language, notRun }) => !known.includes(language) && notRun === null)).toEqual([]);
  });

  const home = createHome();
  afterAll(() => rmSync(home.path, { recursive: true }));

  for (const block of blocks.filter(({ language }) => language === "ts")) {
    it(`line ${block.line}: the TypeScript compiles`, () => {
      expect(compiledOf(block).errors).toEqual([]);
    });
  }

  for (const block of blocks.filter(isInstallation)) {
    it(`line ${block.line}: installs what is published`, () => {
      const names = block.code.match(/@netpunch\/\S+/g) ?? [];
      expect(names.length).toBeGreaterThan(0);
      expect(published.map(({ manifest }) => manifest.name)).toEqual(expect.arrayContaining(names));
    });
  }

  const runnable = blocks.filter(
    (block) => ["ts", "sh"].includes(block.language) && block.notRun === null && !isInstallation(block),
  );
  for (const block of runnable.filter(({ terminal }) => terminal === null)) {
    it(`line ${block.line}: the ${block.language} block does what the document says`, async () => {
      const [run] = await runTerminals([script(block)], home);
      expectRun(block, run);
    });
  }

  for (const terminals of terminalsOf(blocks)) {
    const names = terminals.map(({ terminal }) => terminal).join(", ");
    it(`line ${terminals[0]?.line}: the terminals ${names} do what the document says`, async () => {
      const runs = await runTerminals(terminals.map(script), home);
      terminals.forEach((block, index) => {
        expectRun(block, runs[index]);
      });
    });
  }

  for (const block of blocks.filter(({ language, notRun }) => language === "json" && notRun === null)) {
    it(`line ${block.line}: the JSON parses`, () => {
      expect(() => JSON.parse(block.code)).not.toThrow();
    });
  }

  for (const { line, testedBy } of blocks.filter(({ testedBy }) => testedBy !== null)) {
    it(`line ${line}: ${testedBy} exists`, () => {
      expect(existsSync(join(root, testedBy ?? ""))).toBe(true);
    });
  }
});

describe("links between documents", () => {
  it("lead to what is there", () => {
    const links = documents.flatMap(({ name, text }) =>
      [...text.matchAll(/\]\((?!https?:)([^)#\s]+)/g)].map(([, target = ""]) => ({ name, target })),
    );
    const dead = links.filter(({ name, target }) => !existsSync(join(root, name, "..", target)));
    expect(dead.map(({ name, target }) => `${name}: ${target}`)).toEqual([]);
  });
});

/** Blocks that no test looks at: an addition shows up here. `text` alone is an illustration. */
describe("blocks that are not run", () => {
  it("are these, for these reasons", () => {
    const checked = ["ts", "sh", "json", "text"];
    const unproven = documents.flatMap(({ name, blocks }) =>
      blocks
        .filter(
          ({ notRun, testedBy, language }) => notRun !== null || (testedBy === null && !checked.includes(language)),
        )
        .map(({ language, notRun }) => `${name}: ${language}: ${notRun ?? "no reason given"}`),
    );
    expect(unproven).toMatchInlineSnapshot(`
      [
        "CONTRIBUTING.md: sh: it is what runs this",
        "CONTRIBUTING.md: sh: it changes the machine; each package's tests run with npm test",
        "README.md: mermaid: a picture of the idea; those of the protocol are generated from its tables",
        "README.md: sh: it installs and builds this repository; its last step, \`netpunch demo\`, runs in e2e",
        "README.md: sh: it changes the machine; e2e runs it with another prefix",
        "README.md: sh: a VPN between two machines; e2e runs the scripts of examples/ over kernel NATs",
        "README.md: ts: it waits for a partner; the same program runs in packages/peer/README.md",
        "README.md: sh: it is what runs this",
        "apps/playground/README.md: sh: it serves until it is stopped; apps/playground/test runs the same server",
        "bench/README.md: sh: it takes minutes and says something about a quiet machine only",
        "docs/getting-started.md: sh: it changes the machine",
        "docs/getting-started.md: sh: it changes the machine",
        "docs/getting-started.md: sh: e2e/test/lab/vpn.test.ts follows this page between real NATs",
        "docs/getting-started.md: sh: e2e/test/lab/vpn.test.ts follows this page between real NATs",
        "docs/getting-started.md: sh: e2e/test/lab/vpn.test.ts follows this page between real NATs",
        "docs/getting-started.md: sh: it changes a firewall",
        "docs/getting-started.md: sh: e2e/test/lab/vpn.test.ts follows this page between real NATs",
        "docs/getting-started.md: sh: e2e/test/lab/vpn.test.ts follows this page between real NATs",
        "docs/getting-started.md: sh: e2e/test/lab/vpn.test.ts follows this page between real NATs",
        "docs/getting-started.md: sh: it changes the machine",
        "docs/getting-started.md: sh: e2e/test/lab/vpn.test.ts follows this page between real NATs",
        "docs/getting-started.md: sh: e2e/test/lab/vpn.test.ts follows this page between real NATs",
        "docs/getting-started.md: sh: e2e/test/lab/vpn.test.ts follows this page between real NATs",
        "docs/getting-started.md: sh: e2e/test/lab/vpn.test.ts follows this page between real NATs",
        "docs/getting-started.md: sh: e2e/test/lab/vpn.test.ts follows this page between real NATs",
        "docs/getting-started.md: sh: e2e/test/lab/vpn.test.ts follows this page between real NATs",
        "docs/getting-started.md: sh: it installs a system service; checks/test/deploy.test.ts verifies the unit and runs its command",
        "docs/openvpn.md: sh: it installs Debian's packages",
        "docs/openvpn.md: sh: e2e/test/lab/vpn.test.ts follows this page between real NATs",
        "docs/openvpn.md: sh: e2e/test/lab/vpn.test.ts follows this page between real NATs",
        "docs/openvpn.md: sh: e2e/test/lab/vpn.test.ts follows this page between real NATs",
        "docs/openvpn.md: sh: e2e/test/lab/vpn.test.ts follows this page between real NATs",
        "docs/openvpn.md: sh: e2e/test/lab/vpn.test.ts follows this page between real NATs",
        "docs/openvpn.md: sh: e2e/test/lab/vpn.test.ts follows this page between real NATs",
        "docs/openvpn.md: sh: e2e/test/lab/vpn.test.ts follows this page between real NATs",
        "docs/openvpn.md: sh: e2e/test/lab/vpn.test.ts follows this page between real NATs",
        "docs/openvpn.md: sh: e2e/test/lab/vpn.test.ts follows this page between real NATs",
        "docs/openvpn.md: sh: e2e/test/lab/vpn.test.ts follows this page between real NATs",
        "docs/openvpn.md: sh: e2e/test/lab/vpn.test.ts follows this page between real NATs",
        "docs/openvpn.md: sh: e2e/test/lab/vpn.test.ts follows this page between real NATs",
        "docs/openvpn.md: sh: e2e/test/lab/vpn.test.ts follows this page between real NATs",
        "docs/operations.md: sh: it changes a firewall",
        "docs/operations.md: sh: it changes a firewall; checks/test/operations.test.ts gives it to nft",
        "docs/operations.md: sh: it installs a system service; checks/test/deploy.test.ts verifies the unit and runs its command",
        "docs/operations.md: ini: lines for an editor",
        "docs/operations.md: sh: there is no Docker engine where this is tested; checks/test/deploy.test.ts runs the image's command without one",
        "docs/operations.md: sh: it installs a system service; checks/test/deploy.test.ts verifies the unit and runs its command",
        "docs/operations.md: sh: it installs a system service; checks/test/operations.test.ts runs its sed",
        "docs/operations.md: sh: it serves until it is stopped",
        "docs/operations.md: sh: it changes what is installed on the machine",
        "docs/performance.md: sh: it takes minutes and says something about a quiet machine only",
        "docs/protocol-v2.md: mermaid: a timeline; the program above prints the same meeting",
        "docs/troubleshooting.md: sh: it downloads other versions of Node",
        "packages/cli/README.md: sh: needs a VPN's configuration and a partner",
        "packages/cli/README.md: json: an example of a result, its shape is pinned in test/session.test.ts",
        "packages/cli/README.md: sh: serves until it is stopped",
        "packages/cli/README.md: sh: lines for a shell's start-up file",
      ]
    `);
  });
});
