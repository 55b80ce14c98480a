/** The ids that came last, so many; older ones are forgotten. */
export class RecentIds {
  readonly #limit: number;
  readonly #ids = new Set<string>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes an id; false where it is known already. */
  add(id: Uint8Array): boolean {
    const text = String.fromCharCode(...id);
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
}
