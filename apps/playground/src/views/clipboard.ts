/** Copies a text; on a page that came without TLS, where browsers have no clipboard, lets its reader do it. */
export async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    prompt("Copy this:", text);
  }
}
