import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { filesBelow, type Package, packages, published, root } from "../src/packages.js";

const development = "@netpunch/source";

describe.each(packages.map((each): [string, Package] => [each.manifest.name, each]))(
  "%s",
  (name, { room, path, manifest }) => {
    it("is named after its room, ESM only, MIT, for Node 20.19 and later", () => {
      expect(name).toBe(`@netpunch/${room}`);
      expect(manifest).toMatchObject({
        type: "module",
        license: "MIT",
        engines: { node: ">=20.19" },
      });
    });

    it("may be shaken: importing it does nothing by itself", () => {
      expect(manifest.sideEffects).toBe(manifest.exports && false);
    });

    it("exports its types first, and its sources to whoever works in this repository", () => {
      for (const [entry, conditions] of Object.entries(manifest.exports ?? {})) {
        if (entry === "./package.json") continue;
        expect(Object.keys(conditions)).toEqual([development, "types", "default"]);
        expect(existsSync(join(path, conditions[development] ?? ""))).toBe(true);
      }
    });
  },
);

describe.each(published.map((each): [string, Package] => [each.manifest.name, each]))(
  "%s, published",
  (_, { room, path, manifest }) => {
    it("says where it comes from and what it is", () => {
      expect(manifest.repository).toEqual({
        type: "git",
        url: "git+https://github.com/netpunch/netpunch.git",
        directory: `packages/${room}`,
      });
      expect(manifest.description).toMatch(/^[A-Z].*\.$/);
      expect(existsSync(join(path, "README.md"))).toBe(true);
    });

    it("is public, takes only its build along, and drops the entries that point to sources", () => {
      expect(manifest.publishConfig?.access).toBe("public");
      expect(manifest.files).toEqual(["dist"]);
      const withoutSources = Object.entries(manifest.exports ?? {}).map(([entry, conditions]) => [
        entry,
        Object.fromEntries(Object.entries(conditions).filter(([condition]) => condition !== development)),
      ]);
      expect(manifest.publishConfig?.exports ?? {}).toEqual(Object.fromEntries(withoutSources));
    });

    it("depends only on what is published, and takes versions of others from the catalog", () => {
      for (const [dependency, range] of Object.entries(manifest.dependencies ?? {})) {
        const own = packages.find((each) => each.manifest.name === dependency);
        expect(range).toBe(own ? "workspace:^" : "catalog:");
        expect(own?.manifest.private ?? false).toBe(false);
      }
    });
  },
);

describe("the workspaces that look at all packages", () => {
  it.each(["checks", "e2e"])("%s names each that it looks at, so that turbo builds it first", (name) => {
    const { devDependencies } = JSON.parse(readFileSync(join(root, name, "package.json"), "utf8"));
    const looksAt = name === "e2e" ? published : packages;
    expect(Object.keys(devDependencies)).toEqual(expect.arrayContaining(looksAt.map(({ manifest }) => manifest.name)));
  });
});

describe("tests that may be skipped", () => {
  const rooms = [...packages.map(({ path }) => path), join(root, "e2e"), join(root, "checks"), join(root, "examples")];

  it("are never replayed from turbo's cache, where a skip would look like a pass for ever", () => {
    const cached = rooms.filter((path) => {
      const tests = filesBelow(join(path, "test"), /\.ts$/).map((file) => readFileSync(file, "utf8"));
      const maySkip = tests.some((test) => /\b(skipIf|runIf|skip|todo)\s*\(/.test(test));
      const file = join(path, "turbo.json");
      const turbo = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
      return maySkip && turbo.tasks?.test?.cache !== false;
    });
    expect(cached).toEqual([]);
  });
});
