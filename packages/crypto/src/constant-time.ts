/**
 * Compares bytes in a time that tells nothing of where they differ.
 *
 * An attacker who sends guesses of a MAC and measures the answers learns no prefix of it. Lengths are public: unequal
 * ones return false at once. JavaScript promises nothing about time; this is as good as the language allows, no
 * branch and no index depends on the content.
 *
 * @example
 * equalConstantTime(Uint8Array.of(1, 2), Uint8Array.of(1, 2)); // true
 */
export function equalConstantTime(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}
