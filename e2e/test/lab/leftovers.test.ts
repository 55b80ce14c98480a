import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { isAlive, namespaces, pidsIn, sweep } from "../../src/lab/namespaces.js";
import { lacking } from "../../src/lab/requirements.js";

let child: ChildProcess | undefined;

afterEach(() => {
  child?.kill("SIGKILL");
});

/** A process with a lab in which a program runs. */
async function startUnlucky(fate: string): Promise<number> {
  const tsx = ["--conditions=@netpunch/source", "--import", "tsx", join(import.meta.dirname, "unlucky.ts")];
  child = spawn(process.execPath, [...tsx, fate], { stdio: ["ignore", "pipe", "ignore", "ipc"] });
  if (child.stdout !== null) await once(child.stdout, "data");
  return child.pid ?? 0;
}

async function end(signal?: NodeJS.Signals): Promise<void> {
  if (signal !== undefined) child?.kill(signal);
  if (child !== undefined && child.exitCode === null && child.signalCode === null) await once(child, "exit");
}

const namespacesOf = (pid: number) => namespaces().filter(({ owner }) => owner === pid);
const programsIn = (pid: number) => namespacesOf(pid).flatMap(({ name }) => pidsIn(name));

describe.skipIf(lacking())("of a lab nothing remains", { timeout: 60_000 }, () => {
  it.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)("when its process gets %s", async (signal) => {
    const pid = await startUnlucky("it is killed");
    const programs = programsIn(pid);
    expect(programs).not.toEqual([]);
    await end(signal);
    expect(namespacesOf(pid)).toEqual([]);
    expect(programs.filter(isAlive)).toEqual([]);
  });

  it.each(["it throws", "it exits"])("when %s", async (fate) => {
    const pid = await startUnlucky(fate);
    await end();
    expect(namespacesOf(pid)).toEqual([]);
  });

  it("when the process that it works for has gone", async () => {
    const pid = await startUnlucky("it is killed");
    child?.disconnect();
    await end();
    expect(namespacesOf(pid)).toEqual([]);
  });

  it("after the next sweep, when its process was killed in the middle", async () => {
    const pid = await startUnlucky("it is killed");
    const programs = programsIn(pid);
    await end("SIGKILL");
    expect(namespacesOf(pid)).not.toEqual([]);
    expect(programs.filter(isAlive)).not.toEqual([]);
    sweep();
    expect(namespacesOf(pid)).toEqual([]);
    expect(programs.filter(isAlive)).toEqual([]);
  });

  it("but another process's lab is left alone while that lives", async () => {
    const pid = await startUnlucky("it is killed");
    sweep();
    expect(programsIn(pid)).not.toEqual([]);
    await end("SIGTERM");
  });
});
