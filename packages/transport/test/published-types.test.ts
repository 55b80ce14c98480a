import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";

const packages = fileURLToPath(new URL("../../", import.meta.url));
const tsc = join(packages, "../node_modules/.bin/tsc");

/** Compiles the project in a folder; resolves to what the compiler complains of. */
async function complaints(project: string): Promise<string> {
  try {
    await promisify(execFile)(tsc, ["--project", project]);
    return "";
  } catch (error) {
    return (error as { stdout?: string }).stdout ?? String(error);
  }
}

async function put(path: string, content: string | object): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
}

const consumer = `
  import type { Core, Datagram, Observer, UdpSocket } from "@netpunch/transport";
  import { adoptSocket, createRescan, createResolver, drive, openListeners, openSocket } from "@netpunch/transport/udp";
  import { createLocalAddressWatch, type DriveOptions, TransportError, type TransportErrorCode } from "@netpunch/transport/udp";

  const core: Core<string> = { deadline: null, handle: () => [{ type: "event", event: "e" }] };
  const observer: Observer<string> = { event: (event: string) => void event };
  const options: DriveOptions<string> = { sockets: await openListeners(":0"), rescan: createRescan(":0") };
  const own: UdpSocket = (await openSocket(":0", { signal: AbortSignal.timeout(1) })).socket;
  const resolve = createResolver("vps.example:1", adoptSocket(own).family);
  const localAddresses = createLocalAddressWatch(adoptSocket(own));
  const driver = drive(core, { ...options, localAddresses, observers: [observer], resolve, onPass: (datagram: Datagram) => void datagram });
  await driver.close();
  export const code: TransportErrorCode = new TransportError("socket-error", "x").code;
`;

test("the published types stand on their own, without @types/node and without skipLibCheck", async () => {
  const folder = await mkdtemp(join(tmpdir(), "netpunch-types-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await put(join(folder, "declarations.json"), {
    extends: join(packages, "transport/tsconfig.json"),
    compilerOptions: {
      noEmit: false,
      declaration: true,
      emitDeclarationOnly: true,
      rootDir: packages,
      outDir: join(folder, "types"),
      typeRoots: [join(packages, "../node_modules/@types")],
    },
    include: ["wire", "transport"].map((name) => join(packages, name, "src")),
  });
  expect(await complaints(join(folder, "declarations.json"))).toBe("");

  for (const [name, entries] of [
    ["wire", { ".": "index" }],
    ["transport", { ".": "index", "./udp": "node/index" }],
  ] as const) {
    const exports = Object.entries(entries).map(([path, file]) => [path, { types: `./${file}.d.ts` }]);
    const home = join(folder, "node_modules/@netpunch", name);
    await put(join(home, "package.json"), {
      name: `@netpunch/${name}`,
      type: "module",
      exports: Object.fromEntries(exports),
    });
    await cp(join(folder, "types", name, "src"), home, { recursive: true });
  }
  await put(join(folder, "consumer.mts"), consumer);
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
    target: "es2022",
    lib: ["es2023", "dom"],
    module: "nodenext",
    types: [],
  };
  await put(join(folder, "consumer.json"), { compilerOptions, files: ["consumer.mts"] });
  expect(await complaints(join(folder, "consumer.json"))).toBe("");

  // The compiler looks: a declaration that names node's types is a complaint.
  await put(join(folder, "types/bad.mts"), `import type { Socket } from "node:dgram";\nexport type Bad = Socket;\n`);
  await put(join(folder, "bad.json"), { compilerOptions, files: ["types/bad.mts"] });
  expect(await complaints(join(folder, "bad.json"))).toContain("node:dgram");
});
