import { createCipheriv, createHmac, hkdfSync, scryptSync } from "node:crypto";

/*
 * The key schedule, the MAC and the seal of v2 once more, over node:crypto (OpenSSL) and by other steps than in src: HKDF
 * in one, HMAC in one, HChaCha20 by hand (draft-irtf-cfrg-xchacha-03 section 2.2).
 */

const SALT = Buffer.from("netpunch/2");
const KEY_BYTES = 32;

/** HMAC is what HKDF-Extract is (RFC 5869 section 2.2). */
export function rootOf(secret: Buffer): Buffer {
  const line = secret.toString("latin1").replace(/\r?\n$/, "");
  const generated = /^np2_(.{43})$/s.exec(line)?.[1];
  const ikm =
    generated === undefined
      ? scryptSync(Buffer.from(line, "latin1"), SALT, KEY_BYTES, { N: 32_768, r: 8, p: 1, maxmem: 2 ** 26 })
      : Buffer.from(generated, "base64url");
  return createHmac("sha256", SALT).update(ikm).digest();
}

/** HKDF-Expand of up to 32 bytes is one HMAC (RFC 5869 section 2.3). */
export function expandOf(prk: Buffer, info: Buffer | string, length: number): Buffer {
  return createHmac("sha256", prk).update(info).update(Buffer.of(1)).digest().subarray(0, length);
}

/** Extract and Expand in one call, from the 32 bytes of a generated secret. */
export function controlOfGenerated(ikm: Buffer): Buffer {
  return Buffer.from(hkdfSync("sha256", ikm, SALT, "control", KEY_BYTES));
}

export function sessionOf(sessionRoot: Buffer, name: Buffer) {
  const composed = Buffer.from(name.toString("utf8").normalize("NFC"));
  const own = expandOf(sessionRoot, Buffer.concat([Buffer.from("session"), Buffer.of(0), composed]), KEY_BYTES);
  return {
    sid: expandOf(own, "id", 16),
    peer: expandOf(own, "peer", KEY_BYTES),
    candidates: expandOf(own, "candidates", KEY_BYTES),
  };
}

export function macOf(key: Buffer, signed: Buffer): Buffer {
  return createHmac("sha256", key).update(signed).digest().subarray(0, 16);
}

/** XChaCha20-Poly1305: a key of HChaCha20, then the cipher of RFC 8439 with four zero bytes before the nonce's last eight. */
export function sealOf(key: Buffer, nonce: Buffer, associated: Buffer, content: Buffer): Buffer {
  const shortNonce = Buffer.concat([Buffer.alloc(4), nonce.subarray(16)]);
  const cipher = createCipheriv("chacha20-poly1305", hchacha20(key, nonce.subarray(0, 16)), shortNonce, {
    authTagLength: 16,
  });
  cipher.setAAD(associated, { plaintextLength: content.length });
  return Buffer.concat([cipher.update(content), cipher.final(), cipher.getAuthTag()]);
}

export function hchacha20(key: Buffer, nonce: Buffer): Buffer {
  const input = Buffer.concat([Buffer.from("expand 32-byte k"), key, nonce]);
  const x = Array.from({ length: 16 }, (_, at) => input.readUInt32LE(at * 4));
  const at = (index: number) => x[index] ?? 0;
  const rotated = (value: number, bits: number) => ((value << bits) | (value >>> (32 - bits))) >>> 0;
  const step = (a: number, b: number, d: number, bits: number) => {
    x[a] = (at(a) + at(b)) >>> 0;
    x[d] = rotated((at(d) ^ at(a)) >>> 0, bits);
  };
  const quarter = (a: number, b: number, c: number, d: number) => {
    step(a, b, d, 16);
    step(c, d, b, 12);
    step(a, b, d, 8);
    step(c, d, b, 7);
  };
  for (let round = 0; round < 10; round++) {
    for (const i of [0, 1, 2, 3]) quarter(i, i + 4, i + 8, i + 12);
    for (const i of [0, 1, 2, 3]) quarter(i, 4 + ((i + 1) % 4), 8 + ((i + 2) % 4), 12 + ((i + 3) % 4));
  }
  const output = Buffer.alloc(KEY_BYTES);
  for (const [place, word] of [0, 1, 2, 3, 12, 13, 14, 15].entries()) output.writeUInt32LE(at(word), place * 4);
  return output;
}
