import { timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { TOKEN_HEADER } from "../src/live/record.js";

/** What a request is judged by. */
export interface Asked {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
}

/**
 * Why a request is refused; null where it may pass.
 *
 * A page from elsewhere that had its name point to 127.0.0.1 (DNS rebinding) comes with its own name in Host; a page that
 * sends here from its own address comes with its own Origin.
 */
export function refusal({ method, headers }: Asked, port: number): string | null {
  const names = [`127.0.0.1:${port}`, `localhost:${port}`];
  if (!names.includes(headers.host ?? "")) return `this server is http://127.0.0.1:${port} and nothing else`;
  const { origin } = headers;
  if (origin !== undefined && !names.some((name) => origin === `http://${name}`))
    return "pages from elsewhere may not talk to this server";
  const site = headers["sec-fetch-site"];
  if (site === "cross-site" && headers["sec-fetch-mode"] !== "navigate")
    return "pages from elsewhere may not talk to this server";
  return method === "GET" || method === "POST" ? null : `no ${method} here`;
}

/** Whether a request brings the word. Without it nothing is started. */
export function bringsToken({ headers }: Asked, token: string): boolean {
  const given = Buffer.from(String(headers[TOKEN_HEADER] ?? ""));
  const wanted = Buffer.from(token);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
