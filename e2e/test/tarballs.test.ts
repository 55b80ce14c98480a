import { execFileSync } from "node:child_process";
import { describe, expect, inject, it } from "vitest";

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
