import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";

import { parseGitRequest, serveGit, type ServeGitOptions, type ServeGitResult } from "#lib/adapters/git/http-backend.ts";

import { log } from "./fixture.ts";

export interface TestServer {
  readonly port: number;
  readonly origin: string;
  /** Requests seen so far, as `METHOD url`. */
  readonly seen: string[];
  readonly close: () => Promise<void>;
}

/** Any HTTP server on a free loopback port. */
export async function startServer(listener: RequestListener): Promise<TestServer> {
  const seen: string[] = [];
  const server: Server = createServer((request, response) => {
    seen.push(`${request.method ?? ""} ${request.url ?? ""}`);
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export interface GitServer extends TestServer {
  readonly results: ServeGitResult[];
}

interface GitServerOptions {
  /** Folder of `<slug>.git` repositories. */
  readonly folder: string;
  readonly maxBodyBytes?: number;
  readonly idleMs?: number;
  readonly judgeAgain?: ServeGitOptions["judgeAgain"];
  /** Decides before git is asked; true when the request was answered already. */
  readonly guard?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

/** The built-in Git address as the web process serves it, without its rules on who may. */
export async function startGitServer(options: GitServerOptions): Promise<GitServer> {
  const results: ServeGitResult[] = [];
  const server = await startServer((request, response) => {
    if (options.guard?.(request, response) === true) return;
    const parsed = parseGitRequest(request.url ?? "", request.method ?? "");
    if (parsed === null) return void response.writeHead(404).end();
    const judgeAgain = options.judgeAgain === undefined ? {} : { judgeAgain: options.judgeAgain };
    const idle = options.idleMs === undefined ? {} : { idleMs: options.idleMs };
    void serveGit({ log, ...idle }, request, response, {
      gitDir: `${options.folder}/${parsed.repository}.git`,
      pathInfo: parsed.pathInfo,
      query: parsed.query,
      remoteUser: "anna",
      ...judgeAgain,
      maxBodyBytes: options.maxBodyBytes ?? 256 * 1024 * 1024,
    }).then((result) => results.push(result));
  });
  return { ...server, results };
}
