import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COMMAND } from "./bundle.js";
import { SECRET } from "./netpunch.js";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "netpunch-secret-"));
  writeFileSync(join(folder, "key"), SECRET);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a line of bash in the folder, with `netpunch` for the command. */
function bash(line: string) {
  const script = `netpunch() { "${process.execPath}" "${COMMAND}" "$@"; }\n${line}`;
  const { status, stdout, stderr } = spawnSync("bash", ["-c", script], {
    cwd: folder,
    encoding: "utf8",
    timeout: 20_000,
  });
  return { status, stdout, stderr };
}

describe("-secret-file", () => {
  it.each([
    "netpunch keygen -control -secret-file key",
    "netpunch keygen -control -secret-file <(cat key)",
    "netpunch keygen -control -secret-file <(sleep 0.2; head -c 20 key; sleep 0.2; tail -c +21 key)",
    "cat key | netpunch keygen -control -secret-file /dev/stdin",
    "netpunch keygen -control -secret-file /dev/stdin < key",
    "mkfifo fifo; cat key > fifo & netpunch keygen -control -secret-file fifo",
    `netpunch keygen -control -secret-file /dev/fd/3 3<<< "$(cat key)"`,
  ])("%s", (line) => {
    const { status, stdout, stderr } = bash(line);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toBe(bash("netpunch keygen -control -secret-file key").stdout);
  });

  it.each([
    ["a gigabyte of nothing", "large", "it is larger than 64 KiB"],
    ["a file without an end", "/dev/zero", "it is larger than 64 KiB"],
    ["a folder", ".", "it is a directory"],
    ["nothing", "none", "no such file or directory"],
    ["an empty file", "/dev/null", "is empty"],
  ])("is one clear line for %s", (_, file, why) => {
    writeFileSync(join(folder, "large"), "");
    truncateSync(join(folder, "large"), 1 << 30);
    const { status, stderr } = bash(`netpunch keygen -control -secret-file ${file}`);
    expect(status).toBe(1);
    expect(stderr).toMatch(new RegExp(`^Error: -secret-file: .*${why}\\n$`));
  });

  it.each(["\ufeff", " ", "\t", "\n", '"', "'", "\u00a0", "\ufeff \n"])(
    "names what stands before a key: %j",
    (before) => {
      writeFileSync(join(folder, "wrapped"), before + SECRET);
      const { status, stderr } = bash("netpunch keygen -control -secret-file wrapped");
      expect(status).toBe(1);
      expect(stderr).toMatch(
        /^Error: "-secret-file" expected "np2_" or "np2c_" at its very start, got something before it/,
      );
    },
  );

  it("names a file in UTF-16, as some shells write them", () => {
    writeFileSync(join(folder, "utf16"), Buffer.from(`\ufeff${SECRET}`, "utf16le"));
    expect(bash("netpunch keygen -control -secret-file utf16").stderr).toMatch(/UTF-16: save it as UTF-8/);
  });
});

describe("reading a pipe", () => {
  it("leaves packages that are linked, as in a workspace, one package each", async () => {
    const entry = fileURLToPath(new URL("../src/process/read-small-file.ts", import.meta.url));
    await build({
      entryPoints: [entry],
      outfile: join(folder, "read.mjs"),
      bundle: true,
      format: "esm",
      platform: "node",
    });
    const store = (name: string, text: string) => {
      mkdirSync(join(folder, "store", name, "node_modules"), { recursive: true });
      writeFileSync(join(folder, "store", name, "index.mjs"), text);
    };
    store("leaf", "export const leaf = {};");
    store("branch", 'export { leaf } from "./node_modules/leaf/index.mjs";');
    symlinkSync("../../leaf", join(folder, "store/branch/node_modules/leaf"));
    mkdirSync(join(folder, "node_modules"));
    for (const name of ["leaf", "branch"]) symlinkSync(`../store/${name}`, join(folder, "node_modules", name));
    writeFileSync(
      join(folder, "main.mjs"),
      `import { leaf } from "./node_modules/leaf/index.mjs";
       import { readSmallFile } from "./read.mjs";
       readSmallFile(process.argv[2]);
       console.log((await import("./node_modules/branch/index.mjs")).leaf === leaf);`,
    );
    expect(bash(`"${process.execPath}" main.mjs <(echo secret)`)).toEqual({ status: 0, stdout: "true\n", stderr: "" });
  });
});
