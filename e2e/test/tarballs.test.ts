import { execFileSync } from "node:child_process";
import { builtinModules } from "node:module";
import { describe, expect, inject, it } from "vitest";

const withoutComments = (code: string) => code.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");

const read = (tarball: string, ...args: string[]) =>
  execFileSync("tar", [...args, "-f", tarball], { encoding: "utf8" });

describe.each(Object.entries(inject("tarballs")))("the tarball of %s", (_, tarball) => {
  const files = read(tarball, "-t").trim().split("\n");
  const text = read(tarball, "-xO", "package/package.json");
  const manifest: {
    exports?: Record<string, Record<string, string>>;
    bin?: Record<string, string>;
    dependencies?: Record<string, string>;
  } = JSON.parse(read(tarball, "-xO", "package/package.json"));

  it("holds the build, a README, a licence and a manifest, nothing else", () => {
    const besides = files.filter((file) => !file.startsWith("package/dist/")).sort();
    expect(besides).toEqual(["package/LICENSE", "package/README.md", "package/package.json"]);
  });

  it("links to nothing that is not in it, from the README or from what it prints", () => {
    const readme = read(tarball, "-xO", "package/README.md");
    expect([...readme.matchAll(/\]\((?!https:|#)[^)]*\)/g)].map(([link]) => link)).toEqual([]);
    const code = files
      .filter((file) => /\.m?js$/.test(file))
      .map((file) => withoutComments(read(tarball, "-xO", file)));
    expect(code.flatMap((text) => text.match(/(?<![\w/])docs\/[\w.-]+/g) ?? [])).toEqual([]);
  });

  it("imports node's modules as node's: Deno and bundlers look for a package of that name else", () => {
    const code = files.filter((file) => /\.m?js$/.test(file)).map((file) => read(tarball, "-xO", file));
    const modules = code.flatMap((text) => [...text.matchAll(/^(?:import|export)\b[^"']*["']([^"']+)["']/gm)]);
    expect(modules.map(([, name = ""]) => name).filter((name) => builtinModules.includes(name))).toEqual([]);
  });

  it("names versions instead of this repository's shorthands", () => {
    expect(text).not.toMatch(/"(workspace|catalog|file|link):/);
  });

  it("exports built files that are there, types first, no sources", () => {
    for (const conditions of Object.values(manifest.exports ?? {})) {
      expect(Object.keys(conditions)).toEqual(["types", "default"]);
      for (const file of Object.values(conditions)) expect(files).toContain(file.replace(/^\./, "package"));
    }
    for (const file of Object.values(manifest.bin ?? {})) {
      expect(files).toContain(`package/${file.replace(/^\.\//, "")}`);
    }
  });
});
