/** What a run is reproduced from: the same seed gives the same run, byte for byte. */
export type Seed = number | string;

/**
 * A stream of pseudo-random numbers: sfc32 (Chris Doty-Humphrey, PractRand), 128 bits of state.
 *
 * Every link, NAT and host draws from a stream of its own, made from the seed and its name. So one more host, or one
 * more draw somewhere, changes nobody else's luck.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter: number;

  constructor(seed: Seed, stream: string) {
    const text = `${seed}\n${stream}`;
    this.#a = hash(text, 0x9e3779b9);
    this.#b = hash(text, 0x85ebca6b);
    this.#c = hash(text, 0xc2b2ae35);
    this.#counter = 1;
    // PractRand's own warm-up: 12 rounds until every bit of the state depends on every bit of the seed.
    for (let round = 0; round < 12; round++) this.#word();
  }

  /** 0 <= x < 1, in steps of 2^-32. */
  next(): number {
    return this.#word() / 0x1_0000_0000;
  }

  /** An integer, 0 <= n < limit. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  /** True with the given probability; draws nothing where the answer is certain. */
  chance(probability: number): boolean {
    return probability > 0 && (probability >= 1 || this.next() < probability);
  }

  bytes(size: number): Uint8Array {
    return Uint8Array.from({ length: size }, () => this.#word() >>> 24);
  }

  #word(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }
}

/** FNV-1a with MurmurHash3's finalizer: 32 well-mixed bits of a text. */
function hash(text: string, basis: number): number {
  let h = basis;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/**
 * Makes a reproducible stand-in for a source of random bytes, for cores that take one as an option.
 *
 * @param stream names the stream; two names give unrelated bytes.
 * @example
 * const random = createRandomBytes(1, "peer a");
 * random(8); // the same 8 bytes in every run
 */
export function createRandomBytes(seed: Seed, stream: string): (sizeBytes: number) => Uint8Array {
  const random = new Random(seed, `bytes ${stream}`);
  return (sizeBytes) => random.bytes(sizeBytes);
}
