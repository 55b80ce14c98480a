import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseArguments } from "../src/command-line/arguments.js";
import { readGoFlags } from "../src/command-line/go-flags.js";
import { labelOf } from "../src/command-line/meeting.js";
import { OPTIONS, SUBCOMMANDS } from "../src/command-line/options.js";
import type { SystemLookups } from "../src/command-line/system-lookups.js";
import type { PeerTask, Task } from "../src/command-line/task.js";

/** As `netpunch keygen` prints them: 32 bytes in base64url. */
const GENERATED = `np2_${"A".repeat(43)}`;
const CONTROL_KEY = `np2c_${"A".repeat(43)}`;

const system: SystemLookups = {
  environment: { SECRET: "from the environment", EMPTY: "" },
  readFile: (path) => {
    const files: Readonly<Record<string, string>> = {
      key: "from the file",
      "key-newline": "x\n",
      "generated-newline": `${GENERATED}\n`,
      generated: `${GENERATED}\n`,
      "control-key": `${CONTROL_KEY}\n`,
      line: "\n",
      empty: "",
      vpn: "{{.RemoteIP}}",
    };
    const text = files[path];
    if (text === undefined) throw Object.assign(new Error(), { code: path === "secret-dir" ? "EISDIR" : "ENOENT" });
    return new TextEncoder().encode(text);
  },
  findProgram: (name) => (name === "openvpn" ? "/usr/sbin/openvpn" : null),
};

const PEER = ["-peer", "a", "-remote", "vps.example:7777", "-local", ":5000", "-secret", "x"];
const SESSION = ["-session", "home", ...PEER.slice(2)];
const CONTROL = ["-local", ":7777", "-secret", "x"];

function taskOf(...argv: readonly string[]): Task {
  const parsed = parseArguments(argv, system);
  if (!parsed.ok) throw parsed.failure;
  return parsed.task;
}

function peerOf(...argv: readonly string[]): PeerTask {
  const task = taskOf(...argv);
  if (task.type !== "peer") throw new Error(`expected a peer, got ${task.type}`);
  return task;
}

function errorOf(...argv: readonly string[]): string {
  const parsed = parseArguments(argv, system);
  if (parsed.ok) throw new Error("expected a mistake");
  return `${parsed.failure.exitCode}: ${parsed.failure.message}`;
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe("flags are read as Go reads them", () => {
  it("with one dash or two, with a value behind a space or an equals sign", () => {
    const expected = peerOf("-peer", "a", "-local", ":5000", "-secret", "x", "-remote", "h:1");
    expect(JSON.stringify(peerOf("--peer=a", "--local", ":5000", "-secret=x", "--remote=h:1"))).toBe(
      JSON.stringify(expected),
    );
  });

  it("the word after a flag that needs one is its value, even with a dash before it", () => {
    expect(text(peerOf(...PEER, "-secret", "-silent").secret)).toBe("-silent");
    expect(text(peerOf(...PEER, "-secret", "--").secret)).toBe("--");
    expect(text(peerOf(...PEER, "-secret=a=b\n-c").secret)).toBe("a=b\n-c");
  });

  it("a switch takes a value only behind an equals sign", () => {
    expect(peerOf(...PEER, "-silent=TRUE").logging).toBe("off");
    expect(peerOf(...PEER, "-silent", "-silent=0").logging).toBe("payload");
    expect(errorOf(...PEER, "-silent=maybe")).toBe('2: invalid boolean value "maybe" for -silent');
  });

  it("the last of several counts, and an empty value is none", () => {
    expect(peerOf(...PEER, "-local", ":1", "-local", ":2").local).toBe(":2");
    expect(taskOf("-peer", "", ...CONTROL).type).toBe("control");
  });

  it("flags end at the first word, with a warning that does not repeat it", () => {
    expect(peerOf(...PEER, "word", "-silent")).toMatchObject({
      logging: "payload",
      warnings: [expect.stringMatching(/^2 words/)],
    });
    expect(peerOf(...PEER, "--", "-silent").logging).toBe("payload");
  });

  it("errors say what Go says", () => {
    expect(errorOf("-foo")).toBe("2: flag provided but not defined: -foo");
    expect(errorOf("--foo=secret")).toBe("2: flag provided but not defined: -foo");
    expect(errorOf("-local")).toBe("2: flag needs an argument: -local");
    expect(errorOf("---local")).toBe("2: bad flag syntax: ---local");
    expect(errorOf("-=x")).toBe("2: bad flag syntax: -=x");
  });

  it("-h and -version come before all mistakes", () => {
    for (const help of ["-h", "--help", "-help"])
      expect(taskOf("-local", "nonsense", help)).toMatchObject({ type: "help" });
    expect(taskOf("-version")).toEqual({ type: "version" });
  });

  it("any words are read or refused, never thrown at", () => {
    const names = OPTIONS.map(({ name }) => name);
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom(...names).map((name) => `-${name}`),
      fc.tuple(fc.constantFrom(...names), fc.string()).map(([name, value]) => `--${name}=${value}`),
      fc.constantFrom("control", "peer", "keygen", "demo", "completion", "-h", "--", "-"),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), (argv) => {
        const parsed = parseArguments(argv, system);
        if (!parsed.ok) expect([1, 2]).toContain(parsed.failure.exitCode);
      }),
      { numRuns: 300 },
    );
  });

  it("whatever a value is, it arrives as it was given", () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom("-", "--"), (value, dashes) => {
        expect(readGoFlags([`${dashes}raw=${value}`], OPTIONS, "stop")).toMatchObject({ tokens: [`--raw=${value}`] });
        const { program } = peerOf(...PEER, "-command", "openvpn", "-raw", value);
        expect(program?.arguments.map(({ render }) => render({} as never))).toEqual([value]);
      }),
    );
  });
});

describe("mistakes are told all at once, in the original's words", () => {
  it("in control mode", () => {
    expect(errorOf()).toMatch(/^1: you have to specify secret \(.*\); you have to specify local address \(.*\)$/);
    expect(errorOf("-remote", "h:1")).toMatch(
      /^1: you do not have to specify remote address in control mode; you have to specify secret .*; you have to specify local address /,
    );
  });

  it("in peer mode", () => {
    expect(errorOf("-peer", "a")).toMatch(
      /^1: you have to specify remote address in peer mode role "a"; you have to specify secret .*; you have to specify local address /,
    );
  });

  it.each([
    ["-peer", "ab", '-peer: expected one letter a-z, got "ab"'],
    ["-peer", "A", '-peer: expected one letter a-z, got "A"'],
    ["-peer", "1", '-peer: expected one letter a-z, got "1"'],
    ["-local", "5000", '"-local" expected host:port'],
    ["-local", ":65536", '"-local" expected a port 0..65535'],
    ["-local", "::1:5000", '"-local" expected an IPv6 address in brackets'],
    ["-remote", ":7777", '"-remote" expected a host'],
    ["-remote", "vps.example", '"-remote" expected host:port'],
    ["-remote", "vps.example:0", '"-remote" expected a port 1..65535'],
    ["-timeout", "soon", '-timeout: expected seconds or a duration such as 30s, 500ms or 2m, got "soon"'],
    ["-timeout", "0", "-timeout: expected seconds"],
    ["-timeout", "600h", "-timeout: expected seconds"],
    ["-template", "{{.RemoteHost}}", "-template: line 1, column 1: there is no field .RemoteHost"],
    ["-template-file", "nowhere", '-template-file: cannot read "nowhere": no such file or directory'],
    ["-secret-file", "nowhere", '-secret-file: cannot read "nowhere": no such file or directory'],
    ["-secret-file", "secret-dir", '-secret-file: cannot read "secret-dir": it is a directory'],
    ["-secret-file", "empty", '-secret-file: "empty" is empty'],
    ["-secret-env", "NONE", "-secret-env: expected the name of a variable that is set"],
    ["-secret-env", "EMPTY", "-secret-env: the variable is empty"],
    ["-secret", "caf\ufffd", "-secret: expected UTF-8"],
    ["-command", "no-such-program", '-command: there is no program "no-such-program" that can be run'],
    ["-protocol", "v3", '-protocol: expected auto, v1, v2, got "v3"'],
    ["-protocol", "", '-protocol: expected auto, v1, v2, got ""'],
    ["-session-secret", "s", "-session-secret: only a session has it (-session NAME)"],
    ["-session-secret-env", "", "-session-secret-env: only a session has it (-session NAME)"],
    ["-session", "home", "-peer and -session both say where to meet: choose one"],
    [
      "-secret",
      "np2_AAAA",
      '"-secret" expected 43 characters of base64url after "np2_", got something else: copy it whole',
    ],
    [
      "-secret",
      CONTROL_KEY,
      '"-secret" expected the secret itself, got a control key (np2c_...), which only a control node takes',
    ],
    ["-secret-file", "control-key", '"-secret-file" expected the secret itself, got a control key (np2c_...)'],
    ["-secret-file", "line", '"-secret-file" expected at least one byte, got an empty line'],
    ["-raw", "x", "-arg, -fields and -raw are for the program of -command"],
    ["-stats", "x", null],
  ])("%s %s", (flag, value, message) => {
    if (message === null)
      return expect(errorOf(...PEER, `${flag}=${value}`)).toBe("1: -stats: only a control node has it");
    return expect(errorOf(...PEER, flag, value)).toContain(`1: ${message}`);
  });

  it("a template's in every flag that has one", () => {
    expect(errorOf(...PEER, "-command", "openvpn", "-arg", "{{if}}", "-fields", "a\n {{", "-raw", "{{")).toBe(
      '1: -arg: line 1, column 1: "{{if}}" is more than one field in braces such as {{.RemoteAddr}}; ' +
        '-fields: line 2, column 2: "{{" without "}}"',
    );
  });

  it("what only a peer has is refused in control mode where the original did not know it, and else ignored with a warning", () => {
    expect(errorOf(...CONTROL, "-timeout", "3", "-retry")).toBe(
      "1: -timeout: only a peer has it; -retry: only a peer has it",
    );
    expect(taskOf(...CONTROL, "-template", "x")).toMatchObject({
      warnings: ["-template has no effect in control mode"],
    });
  });

  it("a first word that is neither a flag nor a command", () => {
    expect(errorOf("frobnicate", "-peer", "a")).toBe(
      '1: the first word expected control, peer, keygen, demo, completion, help or a flag, got "frobnicate"',
    );
  });

  it("a mistyped command, flag, shell or protocol, with the one that was probably meant", () => {
    expect(errorOf("contol")).toMatch(/got "contol" \(did you mean "control"\?\)$/);
    expect(errorOf("help", "kegen")).toBe(
      '1: help expected control, peer, keygen, demo, completion, got "kegen" (did you mean "keygen"?)',
    );
    expect(errorOf("-sesion", "x")).toBe("2: flag provided but not defined: -sesion (did you mean -session?)");
    expect(errorOf("keygen", "-contrl")).toBe("2: flag provided but not defined: -contrl (did you mean -control?)");
    expect(errorOf("completion", "bahs")).toContain('(did you mean "bash"?)');
    expect(errorOf(...PEER, "-protocol", "atuo")).toContain('got "atuo" (did you mean "auto"?)');
  });

  it("a duration out of range, with the range", () => {
    for (const text of ["0", "0s", "0.0001", "597h", "99999999999"]) {
      expect(errorOf(...PEER, "-timeout", text)).toBe(
        `1: -timeout: expected seconds or a duration such as 30s, 500ms or 2m, from 1ms to 596h, got ${JSON.stringify(text)}`,
      );
    }
  });

  it("a bare command, with the way to its help and to the demo", () => {
    for (const argv of [[], ["peer"], ["control"], ["contol"]]) {
      const parsed = parseArguments(argv, system);
      expect(parsed.ok || parsed.failure.advice).toMatch(/"netpunch -h".*"netpunch demo"/);
    }
    expect(errorOf("peer")).not.toContain('""');
  });

  it("no message shows a secret", () => {
    const secret = "correct horse";
    for (const argv of [
      ["-secret-env", secret],
      ["-secret", secret, "-local"],
      ["-secret", "correct", "horse", "-local", ":1"],
      ["control", "-secret", "correct", "horse"],
      [...SESSION, "-session-secret", secret, "-local"],
      [...SESSION, "-secret", "np2_correct horse", "-session-secret", "np2c_correct horse"],
      [...SESSION, "-session-secret-env", secret],
      ["keygen", "-secret", secret],
      ["keygen", "-control", "-secret", "np2_correct", "horse"],
    ]) {
      expect(errorOf(...argv)).not.toMatch(/correct|horse/);
    }
  });
});

describe("a session", () => {
  it("makes a peer of the plain form too, with any name", () => {
    const expected = JSON.stringify(peerOf(...SESSION));
    expect(JSON.stringify(taskOf("peer", ...SESSION))).toBe(expected);
    expect(peerOf(...SESSION).meeting).toEqual({ type: "session", name: "home", secret: null });
    expect(peerOf(...SESSION, "-session", "zu Hause, ü\n").meeting).toMatchObject({ name: "zu Hause, ü\n" });
    expect(peerOf(...SESSION, "-protocol", "v2").meeting).toMatchObject({ type: "session" });
  });

  it("may have a secret of its own, from a file before the environment before the command line", () => {
    const secretOf = (...flags: string[]) => {
      const { meeting } = peerOf(...SESSION, ...flags);
      return meeting.type === "session" && meeting.secret !== null ? text(meeting.secret) : null;
    };
    expect(secretOf("-session-secret", "s")).toBe("s");
    expect(secretOf("-session-secret", "s", "-session-secret-env", "SECRET")).toBe("from the environment");
    expect(secretOf("-session-secret-env", "SECRET", "-session-secret-file", "key-newline")).toBe("x\n");
  });

  it("never goes without its secret because a variable is not set", () => {
    for (const flag of ["-session-secret", "-session-secret-file", "-session-secret-env"]) {
      expect(errorOf(...SESSION, flag, "")).toBe(`1: ${flag}: expected a value, got none`);
    }
    expect(errorOf(...SESSION, "-session", "")).toBe("1: -session: expected a name, got none");
    expect(errorOf(...SESSION, "-session", "slots ab")).toBe(
      '1: -session: "slots ab" is the pair of slots: take -peer',
    );
  });

  it.each([
    [["-peer", "a"], "-peer and -session both say where to meet: choose one"],
    [["-protocol", "v1"], '-protocol: a session is always v2, got "v1"'],
    [["-protocol", "auto"], '-protocol: a session is always v2, got "auto"'],
    [["-session", "caf\ufffd"], "-session: expected UTF-8"],
    [["-session-secret", "np2_A"], '"-session-secret" expected 43 characters of base64url after "np2_"'],
    [["-session-secret", CONTROL_KEY], '"-session-secret" expected the secret itself, got a control key'],
    [["-session-secret-file", "nowhere"], '-session-secret-file: cannot read "nowhere": no such file or directory'],
    [["-session-secret-env", "NONE"], "-session-secret-env: expected the name of a variable that is set"],
    [
      ["-session-secret", "caf\ufffd"],
      "-session-secret: expected UTF-8; put other bytes into a file (-session-secret-file)",
    ],
    [["-remote", ""], "you have to specify remote address in peer mode (-remote vps.example:7777)"],
  ])("%j is a mistake", (flags, message) => {
    expect(errorOf(...SESSION, ...flags)).toContain(`1: ${message}`);
  });

  it("tells all its mistakes at once", () => {
    expect(errorOf("-session", "", "-protocol", "v1", "-session-secret", "", "-secret", "np2_", "-peer", "a")).toBe(
      "1: -peer and -session both say where to meet: choose one; -session: expected a name, got none; " +
        '-protocol: a session is always v2, got "v1"; -session-secret: expected a value, got none; ' +
        "you have to specify remote address in peer mode (-remote vps.example:7777); " +
        '"-secret" expected 43 characters of base64url after "np2_", got something else: copy it whole; ' +
        "you have to specify local address (-local :5000)",
    );
  });

  it("is nothing for a control node", () => {
    expect(errorOf("control", ...CONTROL, "-session", "home", "-session-secret", "", "-protocol", "v2")).toBe(
      "1: -session: only a peer has it; -session-secret: only a peer has it; -protocol: only a peer has it",
    );
  });

  it("has its name in the log, and whatever that is, it stays on its line", () => {
    expect(labelOf(peerOf(...SESSION).meeting)).toBe("home");
    expect(labelOf(peerOf(...SESSION, "-session", "a] \n\u202e\u001b[2J").meeting)).toBe("a] \\n\\u202e\\x1b[2J");
    expect(labelOf(peerOf(...PEER).meeting)).toBe("a");
  });
});

describe("a slot", () => {
  it("speaks v2 and v1 unless one of them is asked for", () => {
    expect(peerOf(...PEER).meeting).toEqual({ type: "slot", slot: "a", protocol: "auto" });
    expect(peerOf(...PEER, "-protocol", "v1").meeting).toMatchObject({ protocol: "v1" });
    expect(peerOf(...PEER, "-protocol=v2").meeting).toMatchObject({ protocol: "v2" });
  });
});

describe("keygen", () => {
  it("makes a new secret, or the control key of one", () => {
    expect(taskOf("keygen")).toEqual({ type: "keygen", controlKeyOf: null, file: null, output: "text" });
    expect(taskOf("keygen", "-output", "key", "-json")).toMatchObject({ file: "key", output: "json" });
    expect(taskOf("keygen", "--control", "-secret-file", "generated")).toMatchObject({
      controlKeyOf: new TextEncoder().encode(`${GENERATED}\n`),
    });
  });

  it.each([
    [["-control"], "you have to specify secret (-secret-file FILE, -secret-env NAME or -secret TEXT)"],
    [["-secret-file", "key"], "-secret-file: only with -control, as a new secret comes from nothing"],
    [["-control", "-secret", CONTROL_KEY], '"-secret" expected the secret itself, got a control key (np2c_...)'],
    [["-control", "-secret-file", "nowhere"], '-secret-file: cannot read "nowhere"'],
    [["-output", ""], "-output: expected the name of a new file, got none"],
    [["key"], "there is a word too many"],
  ])("%j is a mistake", (flags, message) => {
    expect(errorOf("keygen", ...flags)).toContain(`1: ${message}`);
  });

  it("has flags of its own", () => {
    expect(errorOf("keygen", "-local", ":1")).toBe("2: flag provided but not defined: -local");
    expect(errorOf(...PEER, "-control")).toBe("2: flag provided but not defined: -control");
    expect(errorOf("control", "-output", "x")).toBe("2: flag provided but not defined: -output");
  });
});

describe("the secret", () => {
  it("comes from a file before the environment before the command line", () => {
    expect(text(peerOf(...PEER).secret)).toBe("x");
    expect(text(peerOf(...PEER, "-secret-env", "SECRET").secret)).toBe("from the environment");
    expect(text(peerOf(...PEER, "-secret-env", "SECRET", "-secret-file", "key").secret)).toBe("from the file");
  });

  it("keeps a file's newline, with a warning where protocol v1 is spoken", () => {
    const task = peerOf(...PEER, "-secret-file", "key-newline");
    expect([...task.secret]).toEqual([0x78, 0x0a]);
    expect(task.warnings).toEqual([expect.stringContaining("ends with a newline")]);
    const warned = (...flags: string[]) => (taskOf(...flags) as PeerTask).warnings.length;
    expect(warned(...CONTROL, "-secret-file", "key-newline")).toBe(1);
    expect(warned(...CONTROL, "-secret-file", "generated-newline")).toBe(1);
    expect(warned(...SESSION, "-secret-file", "generated-newline")).toBe(0);
    expect(warned(...PEER, "-secret-file", "generated-newline", "-protocol", "v1")).toBe(1);
    expect(warned(...PEER, "-secret-file", "generated-newline", "-protocol", "v2")).toBe(0);
    expect(warned(...PEER, "-secret-file", "key-newline", "-protocol", "v1")).toBe(1);
    expect(warned(...PEER, "-secret-file", "key-newline", "-protocol", "v2")).toBe(0);
    expect(warned(...SESSION, "-secret-file", "key-newline")).toBe(0);
    expect(warned(...PEER, "-secret-file", "generated")).toBe(0);
    expect(warned(...CONTROL, "-secret-file", "control-key")).toBe(0);
  });

  it("of a control node may be a control key", () => {
    expect(taskOf(...CONTROL, "-secret-file", "control-key")).toMatchObject({ secretKind: "control-key" });
    expect(taskOf(...CONTROL, "-secret", GENERATED)).toMatchObject({ secretKind: "generated" });
    expect(errorOf(...CONTROL, "-secret", "np2c_")).toBe(
      '1: "-secret" expected 43 characters of base64url after "np2c_", got something else: copy it whole',
    );
  });
});

describe("the named forms", () => {
  it("say the same as the plain ones", () => {
    expect(JSON.stringify(taskOf("control", ...CONTROL))).toBe(JSON.stringify(taskOf(...CONTROL)));
    const plain = JSON.stringify(taskOf(...PEER));
    expect(JSON.stringify(taskOf("peer", ...PEER))).toBe(plain);
    expect(JSON.stringify(taskOf("peer", "a", ...PEER.slice(2)))).toBe(plain);
    expect(JSON.stringify(taskOf("peer", ...PEER.slice(2), "a"))).toBe(plain);
  });

  it("refuse what is not theirs", () => {
    expect(errorOf("control", ...PEER)).toBe(
      "1: -peer: a control node has no slot; you do not have to specify remote address in control mode",
    );
    expect(errorOf("control", ...CONTROL, "word")).toBe(
      "1: there is a word too many: a value with spaces needs quotes",
    );
    expect(errorOf("peer", "a", "b", ...PEER.slice(2))).toBe(
      "1: there is a word too many: a value with spaces needs quotes",
    );
    expect(errorOf("peer", ...PEER.slice(2))).toContain(
      "1: you have to specify a slot (netpunch peer a) or a session (netpunch peer -session NAME)",
    );
    expect(errorOf("demo", "-secret", "x")).toBe("2: flag provided but not defined: -secret");
    expect(errorOf("completion", "tcsh")).toBe("1: you have to specify a shell: bash, zsh, fish");
    expect(taskOf("completion", "fish")).toEqual({ type: "completion", shell: "fish" });
  });

  it("each have help with their own flags only", () => {
    const help = (...argv: string[]) => {
      const task = taskOf(...argv, "-h");
      return task.type === "help" ? task.text : "";
    };
    const inHelp = (text: string, name: string) => new RegExp(`^ +-${name}\\b`, "m").test(text);
    for (const { name, group } of OPTIONS) expect(inHelp(help(), name)).toBe(group !== "keygen" && group !== "demo");
    expect(help()).toContain("Examples:");
    expect(help("control")).not.toContain("-remote ");
    expect(help("peer")).not.toContain("-stats");
    expect(help("peer")).toContain("netpunch peer -session home -remote");
    expect(help("keygen")).toContain("netpunch keygen -control");
    expect(help("keygen")).not.toContain("-local");
    for (const form of [[], ["control"], ["peer"], ["keygen"], ["demo"], ["completion"]]) {
      for (const line of help(...form).split("\n")) expect(line.length, line).toBeLessThanOrEqual(90);
    }
  });
});

describe("the rest of a task", () => {
  it("has the program with its arguments in their order", () => {
    const { program } = peerOf(
      ...PEER,
      "-command",
      "openvpn",
      "-arg",
      "{{.RemoteIP}}",
      "-raw",
      "{{",
      "-fields",
      "a {{.RemotePort}}",
      "-arg",
      "z",
    );
    expect(program).toMatchObject({ name: "openvpn", path: "/usr/sbin/openvpn" });
    expect(program?.arguments.map(({ kind }) => kind)).toEqual(["arg", "raw", "fields", "arg"]);
  });

  it("has a timeout in milliseconds", () => {
    expect(peerOf(...PEER).timeoutMs).toBeNull();
    for (const [given, ms] of [
      ["30", 30_000],
      ["0.5", 500],
      ["500ms", 500],
      ["2m", 120_000],
      ["1h1m1.5s", 3_661_500],
    ] as const) {
      expect(peerOf(...PEER, "-timeout", given).timeoutMs).toBe(ms);
    }
  });

  it("has a log without datagrams, which -silent silences too", () => {
    expect(peerOf(...PEER, "-quiet").logging).toBe("events");
    expect(taskOf(...CONTROL, "-quiet")).toMatchObject({ logging: "events" });
    expect(taskOf("demo", "-quiet")).toMatchObject({ logging: "events" });
    expect(peerOf(...PEER, "-quiet", "-silent").logging).toBe("off");
    expect(errorOf(...PEER, "-quiet", "-raw-logging")).toBe(
      "1: -quiet and -raw-logging say the opposite of each other: choose one",
    );
  });

  it("has statistics at the end, or at an interval too", () => {
    expect(taskOf(...CONTROL)).toMatchObject({ stats: null });
    expect(taskOf(...CONTROL, "-stats")).toMatchObject({ stats: "atEnd" });
    expect(taskOf(...CONTROL, "-stats=1m")).toMatchObject({ stats: 60_000 });
    expect(errorOf(...CONTROL, "-stats=often")).toContain("1: -stats: expected seconds or a duration");
  });

  it("has room for so many peers from one address", () => {
    expect(taskOf(...CONTROL)).toMatchObject({ maxPerSource: null });
    expect(taskOf(...CONTROL, "-max-per-source=1000")).toMatchObject({ maxPerSource: 1_000 });
    expect(errorOf(...CONTROL, "-max-per-source", "0")).toBe(
      '1: -max-per-source: expected a number from 1 to 10000000, got "0"',
    );
    expect(errorOf(...PEER, "-max-per-source", "5")).toBe("1: -max-per-source: only a control node has it");
  });

  it("has room for so many peers in sessions", () => {
    expect(taskOf(...CONTROL)).toMatchObject({ maxBindings: null });
    expect(taskOf(...CONTROL, "--max-bindings=300000")).toMatchObject({ maxBindings: 300_000 });
    expect(taskOf(...CONTROL, "-max-bindings", "10000000")).toMatchObject({ maxBindings: 10_000_000 });
    for (const wrong of ["0", "10000001", "1e6", "0x10", "1.5", "-1", "many", " 5"]) {
      expect(errorOf(...CONTROL, "-max-bindings", wrong)).toBe(
        `1: -max-bindings: expected a number from 1 to 10000000, got ${JSON.stringify(wrong)}`,
      );
    }
    expect(errorOf(...PEER, "-max-bindings", "5")).toBe("1: -max-bindings: only a control node has it");
  });

  it("takes the relay as it is told", () => {
    expect(taskOf(...PEER)).toMatchObject({ relay: "auto", relayAfterMs: null });
    expect(taskOf(...PEER, "-relay", "only", "-relay-after", "2s")).toMatchObject({
      relay: "only",
      relayAfterMs: 2000,
    });
    expect(taskOf(...PEER, "--relay=never")).toMatchObject({ relay: "never" });
    expect(errorOf(...PEER, "-relay", "5M")).toBe('1: -relay: expected auto, never, only for a peer, got "5M"');
    expect(errorOf(...PEER, "-relay", "olny")).toContain("only");
    expect(errorOf(...PEER, "-relay", "")).toContain("-relay: expected auto, never or only, got nothing");
    expect(errorOf(...PEER, "-protocol", "v1", "-relay", "only")).toBe("1: -relay: protocol v1 knows no relay");
    expect(errorOf(...PEER, "-relay-after", "soon")).toContain("-relay-after: expected seconds or a duration");
    expect(errorOf(...CONTROL, "-relay-after", "5")).toContain("-relay-after: only a peer has it");
  });

  it("relays as much as it is told, or nothing", () => {
    expect(taskOf(...CONTROL)).toMatchObject({ relay: {}, relayState: null, drainForMs: null });
    expect(
      taskOf(...CONTROL, "-relay", "2M", "--relay-total=20M", "-relay-state", "f", "-drain-for", "1m"),
    ).toMatchObject({
      relay: { perPair: 2e6, total: 2e7 },
      relayState: "f",
      drainForMs: 60_000,
    });
    expect(taskOf(...CONTROL, "-relay", "off")).toMatchObject({ relay: "off" });
    const range = "a rate in bits a second such as 500k, 10M or 1G, from 10k to 1000G";
    expect(errorOf(...CONTROL, "-relay", "fast")).toBe(`1: -relay: expected off, or ${range}, got "fast"`);
    expect(errorOf(...CONTROL, "-relay-total", "off")).toBe(`1: -relay-total: expected ${range}, got "off"`);
    expect(errorOf(...CONTROL, "-relay", "off", "-drain-for", "5")).toBe(
      "1: -drain-for: there is nothing to relay with -relay off",
    );
    for (const flag of ["-relay-total", "-relay-state", "-drain-for"]) {
      expect(errorOf(...PEER, flag, "5M")).toContain(`${flag}: only a control node has it`);
    }
  });

  it("takes the template from -template before -template-file, and JSON from neither", () => {
    const fields = { LocalAddr: "", LocalIP: "", LocalPort: "", RemoteAddr: "", RemoteIP: "192.0.2.1", RemotePort: "" };
    expect(peerOf(...PEER, "-template-file", "vpn").template(fields)).toBe("192.0.2.1");
    expect(peerOf(...PEER, "-template-file", "nowhere", "-template", "t").template(fields)).toBe("t");
    expect(errorOf(...PEER, "-template-file", "vpn", "-json")).toBe(
      "1: -json and a template both say what to print: choose one",
    );
  });

  it("tells an error in JSON too where -json is among the flags", () => {
    expect(parseArguments(["-foo", "--json"], system)).toMatchObject({ ok: false, output: "json" });
    expect(parseArguments(["-json", "-local", ":1"], system)).toMatchObject({ ok: false, output: "json" });
  });
});

describe("netpunch help", () => {
  const text = (...argv: readonly string[]): unknown => parseArguments(argv, system);

  it("is the same as -h", () => {
    expect(text("help")).toEqual(text("-h"));
    expect(text("help", "help")).toEqual(text("-h"));
    for (const command of SUBCOMMANDS) expect(text("help", command)).toEqual(text(command, "-h"));
  });

  it("takes one command", () => {
    expect(text("help", "peer", "control")).toMatchObject({ ok: false, failure: { exitCode: 1 } });
  });
});
