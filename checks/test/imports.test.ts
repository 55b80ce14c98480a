import { isBuiltin } from "node:module";
import { join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { firstCycle, importsOf, importsOfFile, packageOf } from "../src/modules.js";
import { filesBelow, type Package, packages, root } from "../src/packages.js";

const sources = packages.flatMap((owner) =>
  filesBelow(join(owner.path, "src"), /\.tsx?$/).map((file) => ({ owner, file, name: relative(root, file) })),
);

/** Lines "file imports specifier" for every import of a source that breaks a rule. */
function breaking(
  rule: (source: { owner: Package; name: string }, specifier: string, typeOnly: boolean) => boolean,
): readonly string[] {
  return sources.flatMap((source) =>
    importsOfFile(source.file)
      .filter(({ specifier, typeOnly }) => rule(source, specifier, typeOnly))
      .map(({ specifier }) => `${source.name} imports ${specifier}`),
  );
}

describe("imports in packages/*/src", () => {
  it("there are sources to look at", () => {
    expect(sources.length).toBeGreaterThan(packages.length);
  });

  it("name Node's modules only where sockets, processes and its hashes are: src/node of transport and control, and the command", () => {
    const mayImportNode = /^packages\/((?:transport|control)\/src\/node|cli\/src)\//;
    expect(breaking(({ name }, specifier) => isBuiltin(specifier) && !mayImportNode.test(name))).toEqual([]);
  });

  it("write Node's modules with their node: prefix", () => {
    expect(breaking((_, specifier) => isBuiltin(specifier) && !specifier.startsWith("node:"))).toEqual([]);
  });

  it("reach the UDP driver only from punch.ts, its attempt.ts and start-control.ts, so that cores stay free of I/O", () => {
    const mayDrive = /^packages\/(peer\/src\/(?:punch|attempt)|control\/src\/start-control|cli\/src\/.*)\.ts$/;
    const reaches = breaking(
      ({ name }, specifier, typeOnly) => specifier === "@netpunch/transport/udp" && !typeOnly && !mayDrive.test(name),
    );
    expect(reaches).toEqual([]);
  });

  it("name only packages that the package's dependencies name", () => {
    const declared = ({ manifest }: Package) => [
      manifest.name,
      ...Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.optionalDependencies }),
    ];
    expect(
      breaking(({ owner }, specifier) => {
        const name = packageOf(specifier);
        return name !== null && !declared(owner).includes(name);
      }),
    ).toEqual([]);
  });

  it("stay inside the package", () => {
    const leaves = sources.flatMap(({ owner, file, name }) =>
      importsOfFile(file)
        .filter(({ specifier }) => specifier.startsWith("."))
        .filter(({ specifier }) => relative(join(owner.path, "src"), join(file, "..", specifier)).startsWith(".."))
        .map(({ specifier }) => `${name} imports ${specifier}`),
    );
    expect(leaves).toEqual([]);
  });

  it("make no circle of modules, in apps/*/src neither, and not by types alone", () => {
    const files = [...sources.map(({ file }) => file), ...filesBelow(join(root, "apps"), /\/src\/.*\.tsx?$/)];
    expect(files.some((file) => file.endsWith(".tsx"))).toBe(true);
    expect(firstCycle(files)?.map((file) => relative(root, file)) ?? null).toBeNull();
  });
});

describe("packages", () => {
  it("make no circle of dependencies", () => {
    const edges = new Map(packages.map(({ manifest }) => [manifest.name, Object.keys(manifest.dependencies ?? {})]));
    const reaches = (from: string, to: string): boolean =>
      (edges.get(from) ?? []).some((next) => next === to || reaches(next, to));
    expect([...edges.keys()].filter((name) => reaches(name, name))).toEqual([]);
  });

  it("control and peer know nothing of each other, in their tests neither", () => {
    const strangers = { control: "@netpunch/peer", peer: "@netpunch/control" };
    const met = Object.entries(strangers).flatMap(([room, stranger]) =>
      filesBelow(join(root, "packages", room), /\.tsx?$/)
        .filter((file) => importsOfFile(file).some(({ specifier }) => packageOf(specifier) === stranger))
        .map((file) => relative(root, file)),
    );
    expect(met).toEqual([]);
    for (const [room, stranger] of Object.entries(strangers)) {
      const manifest = packages.find((each) => each.room === room)?.manifest;
      expect(Object.keys({ ...manifest?.dependencies, ...manifest?.devDependencies })).not.toContain(stranger);
    }
  });
});

describe("what these rules read as an import", () => {
  it.each([
    [`import { a } from "node:fs";`, "node:fs", false],
    [`import type { A } from "x";`, "x", true],
    [`import {\n  a,\n  type B,\n} from "x/y";`, "x/y", false],
    [`import "x";`, "x", false],
    [`export * as v1 from "./v1/index.js";`, "./v1/index.js", false],
    [`export type { A } from './a.js';`, "./a.js", true],
    [`const x = await import("x");`, "x", false],
  ])("%s", (source, specifier, typeOnly) => {
    expect(importsOf(source)).toEqual([{ specifier, typeOnly }]);
  });

  it.each([
    ['/**\n * @example\n * import { a } from "x";\n */'],
    ['// import { a } from "x";'],
    ['export const from = "x";'],
  ])("and not: %s", (source) => {
    expect(importsOf(source)).toEqual([]);
  });

  it("a specifier's package", () => {
    expect(["@a/b/c", "@a/b", "x/y", "./x.js", "node:fs"].map(packageOf)).toEqual(["@a/b", "@a/b", "x", null, null]);
  });
});
