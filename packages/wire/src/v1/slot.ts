const LETTERS = "abcdefghijklmnopqrstuvwxyz";
type EachOf<Text extends string> = Text extends `${infer Letter}${infer Rest}` ? Letter | EachOf<Rest> : never;

/** One of the 26 places at a control node, a letter. Slots are linked in pairs: a with b, c with d, ... y with z. */
export type Slot = EachOf<typeof LETTERS>;

/** All slots, a to z. */
export const SLOTS: readonly Slot[] = Array.from(LETTERS).filter(isSlot);

/** Tells whether a value is one letter a-z. */
export function isSlot(value: unknown): value is Slot {
  return typeof value === "string" && value.length === 1 && LETTERS.includes(value);
}

/**
 * The slot that a slot is introduced to.
 *
 * @throws RangeError when `slot` is no slot.
 * @example
 * partnerOf("a"); // "b"
 * partnerOf("b"); // "a"
 */
export function partnerOf(slot: Slot): Slot {
  const partner = SLOTS[SLOTS.indexOf(slot) ^ 1];
  if (partner === undefined) throw new RangeError(`"slot" expected one letter a-z, got ${JSON.stringify(slot)}`);
  return partner;
}
