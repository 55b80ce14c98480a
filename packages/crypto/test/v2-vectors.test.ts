import { v2 } from "@netpunch/wire";
import { describe, expect, it } from "vitest";
import {
  controlKey,
  createCandidateSeal,
  createFrameMac,
  parseControlKey,
  rootKey,
  secretKind,
  sessionKeys,
} from "../src/index.js";
import { controlOfGenerated, expandOf, hchacha20, macOf, rootOf, sealOf, sessionOf } from "./second-implementation.js";
import { bytesOf, fieldsOf, hexOf, makeVectors, readVectors } from "./v2-vectors.js";

const vectors = readVectors();
const buffer = (hex: string) => Buffer.from(hex, "hex");

describe("the vectors of v2", () => {
  it("are what this implementation makes of their inputs; vitest --update writes them", async () => {
    await expect(`${JSON.stringify(await makeVectors(), null, 2)}\n`).toMatchFileSnapshot("../vectors/v2.json");
  });

  it("have every type of frame, every state, op and reason", () => {
    const fields = vectors.frames.map((vector) => vector.fields);
    const values = (name: string) => [...new Set(fields.map((each) => each[name]).filter(Boolean))].toSorted();
    expect(values("type")).toEqual([
      "announce",
      "bye",
      "challenge",
      "confirm",
      "done",
      "info",
      "nominate",
      "ping",
      "pong",
      "reconfirm",
      "redone",
      "relay",
      "relayed",
      "renominate",
    ]);
    expect(values("state")).toEqual(
      [
        ...["waiting", "present", "full", "v1", "taken", "source-limit", "total-limit"],
        ...["none", "open", "carrying", "released"],
      ].toSorted(),
    );
    expect(values("op")).toEqual(["chosen", "released", "want"]);
    expect(values("reason")).toEqual(
      ["left", "met", "none", "off", "full", "source", "address", "idle", "parted"].toSorted(),
    );
  });
});

describe("the second implementation is one of what the standards say", () => {
  it("HChaCha20: draft-irtf-cfrg-xchacha-03 section 2.2.1", () => {
    const key = Buffer.from(Array.from({ length: 32 }, (_, at) => at));
    expect(hexOf(hchacha20(key, buffer("000000090000004a0000000031415927")))).toBe(
      "82413b4227b27bfed30e42508a877d73a0f9e4d58a74a853c12ec41326d3ecdc",
    );
  });

  it("XChaCha20-Poly1305: the same draft's appendix A.3.1", () => {
    const key = Buffer.from(Array.from({ length: 32 }, (_, at) => 0x80 + at));
    const text =
      "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.";
    const sealed = sealOf(
      key,
      buffer("404142434445464748494a4b4c4d4e4f5051525354555657"),
      buffer("50515253c0c1c2c3c4c5c6c7"),
      Buffer.from(text),
    );
    expect(hexOf(sealed)).toBe(
      "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39" +
        "ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9" +
        "21f9664c97637da9768812f615c68b13b52ec0875924c1c7987947deafd8780acf49",
    );
  });

  it("HMAC-SHA256 cut to 16 bytes: RFC 4231 section 4.6", () => {
    expect(hexOf(macOf(Buffer.alloc(20, 0x0c), Buffer.from("Test With Truncation")))).toBe(
      "a3b6167473100ee06e0c796c2955552b",
    );
  });

  it("HKDF: RFC 5869 appendix A.1, as far as one block goes", () => {
    const prk = buffer("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5");
    expect(hexOf(expandOf(prk, buffer("f0f1f2f3f4f5f6f7f8f9"), 32))).toBe(
      "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf",
    );
  });
});

describe("a secret", () => {
  it.each(vectors.secrets)("$what: $secret_hex", async ({ secret_hex, kind, root_hex, control_hex, control_text }) => {
    const root = rootOf(buffer(secret_hex));
    expect(root_hex).toBe(hexOf(root));
    expect(control_hex).toBe(hexOf(expandOf(root, "control", 32)));
    expect(control_text).toBe(`np2c_${buffer(control_hex).toString("base64url")}`);
    expect(secretKind(bytesOf(secret_hex))).toBe(kind);
    expect(hexOf(controlKey(bytesOf(root_hex)))).toBe(control_hex);
    expect(hexOf(parseControlKey(control_text) ?? new Uint8Array())).toBe(control_hex);
  });

  it("that was generated gives what HKDF in one call gives", () => {
    const [first] = vectors.secrets;
    const ikm = Buffer.from(Array.from({ length: 32 }, (_, at) => at));
    expect(first?.control_hex).toBe(hexOf(controlOfGenerated(ikm)));
  });

  it("is the same with a line end and without, and no other is the same", () => {
    const roots = vectors.secrets.map(({ root_hex }) => root_hex);
    expect([roots[1], roots[2], roots[5], roots[6]]).toEqual([roots[0], roots[0], roots[4], roots[4]]);
    expect(new Set(roots).size).toBe(vectors.secrets.length - 4);
  });

  it.each(vectors.refused)("is refused: $what", async ({ secret_hex }) => {
    await expect(rootKey(bytesOf(secret_hex))).rejects.toThrow(RangeError);
  });
});

describe("a session", () => {
  it.each(vectors.sessions)("$what", ({ name_hex, root_hex, session_root_hex, sid_hex, peer_hex, candidates_hex }) => {
    const second = sessionOf(buffer(session_root_hex), buffer(name_hex));
    expect({ sid_hex, peer_hex, candidates_hex }).toEqual({
      sid_hex: hexOf(second.sid),
      peer_hex: hexOf(second.peer),
      candidates_hex: hexOf(second.candidates),
    });
    const keys = sessionKeys({
      root: bytesOf(root_hex),
      sessionRoot: bytesOf(session_root_hex),
      session: buffer(name_hex).toString(),
    });
    expect(hexOf(keys.sid)).toBe(sid_hex);
    expect(hexOf(keys.control)).toBe(hexOf(expandOf(buffer(root_hex), "control", 32)));
  });

  it("has one id however its name is composed, and another one than any other name or session secret", () => {
    const sids = vectors.sessions.map(({ sid_hex }) => sid_hex);
    expect(sids[3]).toBe(sids[2]);
    expect(new Set(sids).size).toBe(vectors.sessions.length - 1);
  });
});

describe("a blob", () => {
  it.each(vectors.blobs)("$what", ({ key_hex, sid_hex, id_hex, nonce_hex, candidates, content_hex, blob_hex }) => {
    const content = Buffer.concat([
      Buffer.of(candidates.length),
      ...candidates.map(({ kind, address, port }) => candidateOf(kind, address, port)),
    ]);
    expect(content_hex).toBe(hexOf(content));
    const sealed = sealOf(buffer(key_hex), buffer(nonce_hex), buffer(sid_hex + id_hex), content);
    expect(blob_hex).toBe(nonce_hex + hexOf(sealed));
    const owner = { sid: bytesOf(sid_hex), id: bytesOf(id_hex) };
    const opened = createCandidateSeal(bytesOf(key_hex)).open(bytesOf(blob_hex), owner);
    expect(opened?.map(({ kind, endpoint }) => ({ kind, ...endpoint }))).toEqual(candidates);
  });

  /** Enough of IPv6's texts for the vectors: one run of zeros. */
  function candidateOf(kind: string, address: string, port: number): Buffer {
    const bytes = Buffer.alloc(19);
    bytes[0] = kind === "host" ? 1 : 2;
    if (address.includes(":")) {
      const [head = "", tail = ""] = address.split("::");
      const groups = (text: string) =>
        text
          .split(":")
          .map((group) => group.padStart(4, "0"))
          .join("");
      bytes.write(groups(head), 1, "hex");
      bytes.write(groups(tail), 17 - groups(tail).length / 2, "hex");
    } else {
      bytes.write("ffff", 11, "hex");
      Buffer.from(address.split(".").map(Number)).copy(bytes, 13);
    }
    bytes.writeUInt16BE(port, 17);
    return bytes;
  }
});

describe("a frame", () => {
  it.each(vectors.frames)("$what", ({ key_hex, fields, frame_hex }) => {
    const frame = buffer(frame_hex);
    expect(hexOf(frame.subarray(-16))).toBe(hexOf(macOf(buffer(key_hex), frame.subarray(0, -16))));
    expect(createFrameMac(bytesOf(key_hex)).verify(bytesOf(frame_hex))).toBe(true);
    const decoded = v2.decode(bytesOf(frame_hex));
    expect(decoded.ok && fieldsOf(decoded.frame)).toEqual(fields);
  });
});
