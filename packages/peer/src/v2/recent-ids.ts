/** The ids that came last, so many, and from where; older ones are forgotten. */
export class RecentIds {
  readonly #limit: number;
  readonly #ids = new Set<string>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes an id; false where it came from there already. */
  add(id: Uint8Array, from: string): boolean {
    const text = textOf(id, from);
    if (this.#ids.has(text)) return false;
    this.#ids.add(text);
    if (this.#ids.size > this.#limit) {
      for (const oldest of this.#ids) {
        this.#ids.delete(oldest);
        break;
      }
    }
    return true;
  }

  has(id: Uint8Array, from: string): boolean {
    return this.#ids.has(textOf(id, from));
  }
}

function textOf(id: Uint8Array, from: string): string {
  return `${from} ${String.fromCharCode(...id)}`;
}
