import { type LiveProtocol, type LiveRecord, TOKEN_HEADER } from "./record.js";

/** Whether the page comes from `pnpm playground`: then it holds the word that its live server asks for. */
export function hasLive(): boolean {
  return tokenOf() !== null;
}

function tokenOf(): string | null {
  return document.querySelector<HTMLMetaElement>("meta[name=netpunch-live]")?.content ?? null;
}

/**
 * Starts real processes and takes what they tell, as it comes.
 *
 * @throws Error (a rejection) with the server's own words where it refuses, and with ours where it is gone.
 */
export async function runLive(protocol: LiveProtocol, take: (record: LiveRecord) => void): Promise<void> {
  const headers = { [TOKEN_HEADER]: tokenOf() ?? "", "Content-Type": "text/plain" };
  const response = await fetch("/live/run", { method: "POST", headers, body: protocol }).catch(() => {
    throw new Error("The server of this page does not answer. Start it again: pnpm playground");
  });
  if (!response.ok || response.body === null) throw new Error((await response.text()).trim());
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw new Error("The server of this page has ended, and the processes with it. Start it again: pnpm playground");
    });
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) take(JSON.parse(line) as LiveRecord);
  }
}
