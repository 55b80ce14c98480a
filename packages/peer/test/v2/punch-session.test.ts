import { createSocket } from "node:dgram";
import { once } from "node:events";
import { prepareSecret, rootKey, sessionKeys } from "@netpunch/crypto";
import { createOriginalControl } from "@netpunch/original";
import type { Driver } from "@netpunch/transport/udp";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  type CommonOptions,
  type Hole,
  type PartnerChange,
  PunchError,
  punch,
  type SessionMeeting,
} from "../../src/index.js";
import { bytes, expectFree, expectNoLeftovers, firstMessage, rejection, serve, turnWhile } from "../loopback.js";
import { ToyControl } from "./toy-control.js";

/** Sessions over real UDP on loopback. Generated secrets, so that nobody waits for a passphrase. */
const SECRET = "np2_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const OTHER_SECRET = "np2_AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";
let control: { address: string; toy: ToyControl; driver: Driver };
const open: Hole[] = [];

expectNoLeftovers();

beforeEach(async () => {
  const toy = new ToyControl(sessionKeys({ root: await rootKey(SECRET), session: "home" }));
  control = { toy, ...(await serve(toy)) };
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((hole) => hole[Symbol.asyncDispose]()));
  await control.driver.close();
});

type HomeOptions = CommonOptions & SessionMeeting;

const home = (more: Partial<HomeOptions> = {}): HomeOptions => ({
  control: control.address,
  session: "home",
  secret: SECRET,
  local: "127.0.0.1:0",
  ...more,
});

async function pair(a: Partial<HomeOptions> = {}, b: Partial<HomeOptions> = {}): Promise<[Hole, Hole]> {
  const holes = await Promise.all([punch(home(a)), punch(home(b))]);
  open.push(...holes);
  return holes;
}

describe("two peers of a session", () => {
  test("meet, tell their path, and talk both ways", async () => {
    const [a, b] = await pair();
    expect([a.remote, b.remote]).toEqual([b.local, a.local]);
    for (const hole of [a, b]) {
      expect(hole.protocol).toBe("v2");
      expect(["host", "reflexive"]).toContain(hole.path);
      expect(hole.roundTripMs).toBeGreaterThan(0);
      expect(hole.report).toMatchObject({ protocol: "v2", path: hole.path, roundTripMs: hole.roundTripMs });
    }
    a.send(bytes("from a"));
    b.send(bytes("from b"));
    expect(await Promise.all([firstMessage(a), firstMessage(b)])).toEqual(["from b", "from a"]);
  });

  test("are confirmed, and released they leave control and their ports to others", async () => {
    const [a, b] = await pair();
    await Promise.all([a.confirmed, b.confirmed]);
    await Promise.all([a.release(), b.release()]);
    await turnWhile(() => control.toy.bindings.length > 0);
    expect(control.toy.bindings).toEqual([]);
    await expectFree(a.local.port);
  });

  test("need not have their names in the same Unicode form, nor their secrets the same line end", async () => {
    const toy = new ToyControl(sessionKeys({ root: await rootKey(SECRET), session: "caf\u00e9" }));
    const { address, driver } = await serve(toy);
    const [a, b] = await pair(
      { control: address, session: "caf\u00e9", secret: `${SECRET}\n` },
      { control: address, session: "cafe\u0301", secret: bytes(`${SECRET}\r\n`) },
    );
    expect(a.remote).toEqual(b.local);
    await driver.close();
  });

  test("with a session secret meet only who has it as well", async () => {
    const root = await rootKey(SECRET);
    const toy = new ToyControl(sessionKeys({ root, sessionRoot: await rootKey(OTHER_SECRET), session: "home" }));
    const { address, driver } = await serve(toy);
    const at = { control: address };
    const stranger = rejection(punch(home({ ...at, timeoutMs: 400 })));
    const [a, b] = await pair({ ...at, sessionSecret: OTHER_SECRET }, { ...at, sessionSecret: OTHER_SECRET });
    expect(a.remote).toEqual(b.local);
    expect(await stranger).toMatchObject({ code: expect.stringMatching(/control-silent|partner-absent/) });
    await driver.close();
  });

  test("that share a passphrase need not stretch it for each hole, nor both of them", async () => {
    const [secret, sessionSecret] = await Promise.all([prepareSecret("a passphrase\n"), prepareSecret("another")]);
    const root = await rootKey("a passphrase");
    const { address, driver } = await serve(
      new ToyControl(sessionKeys({ root, sessionRoot: await rootKey("another"), session: "home" })),
    );
    const at = { control: address };
    const [a, b] = await pair(
      { ...at, secret, sessionSecret },
      { ...at, secret: "a passphrase", sessionSecret: "another" },
    );
    expect(a.remote).toEqual(b.local);
    expect(a.report.keyDerivationMs).toBeLessThan(b.report.keyDerivationMs);
    await driver.close();
  });

  test("that keep the hole alive are told when the partner leaves, and when it falls silent", async () => {
    const changes: PartnerChange[] = [];
    let told: () => void = () => {};
    const heard = (count: number) =>
      new Promise<void>((resolve) => {
        told = () => changes.length >= count && resolve();
        told();
      });
    const socket = createSocket("udp4").bind(0, "127.0.0.1");
    await once(socket, "listening");
    const onPartner = (change: PartnerChange) => {
      changes.push(change);
      told();
    };
    const [a, b] = await pair({ keepAliveMs: 1000, onPartner }, { socket, local: undefined } as never);
    await Promise.all([a.confirmed, b.confirmed]);
    await b.release();
    // Control says so at once. Its port stays open, and nobody answers there any more.
    await heard(2);
    expect(changes).toEqual(["left", "silent"]);
    socket.close();
  }, 20_000);
});

describe("without a hole", () => {
  const outcome = (more: Partial<HomeOptions>) => rejection(punch(home({ timeoutMs: 400, ...more })));

  test("a partner that does not come: control says so", async () => {
    const error = await outcome({});
    expect(error).toBeInstanceOf(PunchError);
    expect(error).toMatchObject({
      code: "partner-absent",
      message: expect.stringMatching(/^the partner in session "home" did not come in 0\.\d s; control answers$/),
    });
  });

  test("control has another secret, or speaks v1 only: silence, and what that may mean", async () => {
    expect(await outcome({ secret: OTHER_SECRET })).toMatchObject({
      code: "control-silent",
      advice: expect.stringMatching(/another secret.*same secret or the control key/s),
    });
    const { address, driver } = await serve(createOriginalControl(SECRET));
    expect(await outcome({ control: address })).toMatchObject({ code: "control-silent" });
    await driver.close();
  });

  test("who gives up says goodbye to control", async () => {
    await outcome({});
    await turnWhile(() => control.toy.bindings.length > 0);
    expect(control.toy.bindings).toEqual([]);
  });

  test.each([0, 1, 5, 40, 250])(
    "an abort %i ms later, of a passphrase too, rejects with the signal's reason",
    async (ms) => {
      const reason = new Error("enough");
      const controller = new AbortController();
      const lost = punch(home({ secret: "a passphrase", signal: controller.signal }));
      setTimeout(() => controller.abort(reason), ms);
      await expect(lost).rejects.toBe(reason);
    },
  );

  test.each([
    [{ slot: "a" }, TypeError, '"slot" and "session" expected one of them, got both'],
    [{ session: undefined }, TypeError, '"slot" and "session" expected one of them, got none'],
    [{ session: "" }, TypeError, '"session" expected a name, got ""'],
    [{ session: 5 }, TypeError, '"session" expected a name, got 5'],
    [{ session: "slots ab" }, RangeError, '"session" expected a name that is no pair of slots'],
    [{ protocol: "auto" }, TypeError, '"protocol" expected "v2" or nothing with a session, got "auto"'],
    [{ protocol: "v3" }, TypeError, '"protocol" expected "auto", "v1" or "v2", got "v3"'],
    [
      { session: undefined, slot: "a", sessionSecret: SECRET },
      TypeError,
      '"sessionSecret" expected only with "session"',
    ],
    [{ keepAliveMs: 999 }, RangeError, '"keepAliveMs" expected 1000 to 2147483647, got 999'],
    [{ secret: "np2c_AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE" }, RangeError, '"secret" expected the secret itself'],
    [{ secret: "np2_short" }, RangeError, '"secret" expected 43 characters'],
    [{ sessionSecret: "np2_short" }, RangeError, '"sessionSecret" expected 43 characters'],
    [{ sessionSecret: "" }, RangeError, '"sessionSecret" expected at least one byte'],
  ])("misuse %j names the argument, what was expected and what came", async (wrong, type, message) => {
    const error = await rejection(punch(home(wrong as never)));
    expect(error).toBeInstanceOf(type);
    expect((error as Error).message).toContain(message);
    expect((error as Error).message).not.toContain("AQEB");
  });
});
