import { existsSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

import { pino } from "pino";

import { parseGitRequest, serveGit } from "#lib/adapters/git/http-backend.ts";

/** A Git server of somebody else's, on loopback: `<origin>/git/<name>.git` is the bare repository `<folder>/<name>.git`. */
export interface TestGitServer {
  readonly origin: string;
  /** `127.0.0.1:port`, as BERTH_GIT_ALLOWED_HOSTS wants it. */
  readonly address: string;
  /** Requests seen so far, as `METHOD url`. */
  readonly seen: string[];
  close(): Promise<void>;
}

export interface TestGitServerOptions {
  readonly folder: string;
  /** Answers before git does; true when it has dealt with the request. */
  readonly guard?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

/** Serves bare repositories by `git http-backend`, through the same adapter as the product's own Git. */
export async function startTestGitServer(options: TestGitServerOptions): Promise<TestGitServer> {
  const seen: string[] = [];
  const log = pino({ level: "silent" });
  const server: Server = createServer((request, response) => {
    seen.push(`${request.method ?? ""} ${request.url ?? ""}`);
    if (options.guard?.(request, response) === true) return;
    const parsed = parseGitRequest(request.url ?? "", request.method ?? "");
    const gitDir = `${options.folder}/${parsed?.repository ?? ""}.git`;
    if (parsed === null || !existsSync(gitDir)) return void response.writeHead(404).end();
    void serveGit({ log, environment: process.env }, request, response, {
      gitDir,
      pathInfo: parsed.pathInfo,
      query: parsed.query,
      remoteUser: "somebody",
      maxBodyBytes: 256 * 1024 * 1024,
    }).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const place = server.address();
  const port = typeof place === "object" && place !== null ? place.port : 0;
  return {
    origin: `http://127.0.0.1:${port}`,
    address: `127.0.0.1:${port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
