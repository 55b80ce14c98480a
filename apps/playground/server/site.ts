import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { extname, join, normalize } from "node:path";
import { bringsToken, refusal } from "./guard.js";

export interface SiteOptions {
  /** The built page. */
  readonly root: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Runs real processes and writes what they see, line by line; without it the page is only shown. */
  readonly live?: (request: IncomingMessage, response: ServerResponse) => void;
}

/** A server that listens; its address is on loopback only. */
export interface Site {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

const HEADERS = {
  "Content-Security-Policy":
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cache-Control": "no-store",
};

/** Serves the playground on 127.0.0.1. */
export async function openSite({ root, port, live }: SiteOptions): Promise<Site> {
  const token = randomBytes(24).toString("base64url");
  const server = createServer((request, response) => {
    const bound = portOf(server);
    const asked = { method: request.method ?? "", headers: request.headers };
    const reason = refusal(asked, bound);
    if (reason !== null) return end(response, 403, reason);
    if (request.url !== "/live/run") return void show(request, response, root, live === undefined ? null : token);
    if (live === undefined || request.method !== "POST") return end(response, 404, "not found");
    if (!bringsToken(asked, token)) return end(response, 403, "this page was not served by this server: load it again");
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    live(request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const bound = portOf(server);
  return { url: `http://127.0.0.1:${bound}/`, port: bound, close: () => close(server) };
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function show(
  request: IncomingMessage,
  response: ServerResponse,
  root: string,
  token: string | null,
): Promise<void> {
  const path = pathOf(request.url ?? "/");
  if (path === null || request.method !== "GET") return end(response, 404, "not found");
  try {
    const file = await readFile(join(root, path));
    const type = TYPES[extname(path)] ?? "application/octet-stream";
    const body = path === "index.html" && token !== null ? withToken(file.toString(), token) : file;
    response.writeHead(200, { ...HEADERS, "Content-Type": type }).end(body);
  } catch {
    end(response, 404, "not found");
  }
}

/** A file inside the root; null for a way out of it. */
function pathOf(url: string): string | null {
  try {
    const path = normalize(decodeURIComponent(new URL(url, "http://127.0.0.1").pathname)).replace(/^\/+/, "");
    if (path.includes("\0") || path.split("/").includes("..")) return null;
    return path === "" || path === "." ? "index.html" : path;
  } catch {
    return null;
  }
}

/** The page tells its word to no other page: those of other origins cannot read it. */
function withToken(html: string, token: string): string {
  return html.replace("</head>", `  <meta name="netpunch-live" content="${token}" />\n  </head>`);
}

function end(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { ...HEADERS, "Content-Type": "text/plain; charset=utf-8" }).end(`${text}\n`);
}
