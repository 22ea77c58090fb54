import type { IncomingMessage, ServerResponse } from "node:http";
import { resolve } from "node:path";

import { describeError } from "#lib/core/errors.ts";
import type { Log } from "#lib/platform/log.ts";

import { cgiEnvironment } from "./cgi-environment.ts";
import { type CgiHead, createCgiHeadParser } from "./cgi-response.ts";
import type { OuterEnvironment } from "./environment.ts";
import { type ProcessGroup, startProcessGroup } from "./process-group.ts";
import { type PushJudge, type PushJudgeAgain, PushRefused } from "./receive-commands.ts";
import { BodyTooLarge, deliverBody, drain } from "./request-body.ts";

export type GitService = "upload-pack" | "receive-pack";
export type GitPathInfo = "/info/refs" | "/git-upload-pack" | "/git-receive-pack";

export interface GitRequest {
  /** The slug in `/git/<slug>.git/…`; the caller finds the repository's row by it. */
  readonly repository: string;
  readonly pathInfo: GitPathInfo;
  /** Without the question mark. */
  readonly query: string;
  readonly service: GitService;
}

export interface ServeGitDependencies {
  readonly log: Log;
  /** The `git-http-backend` program; default: `git http-backend`. */
  readonly gitHttpBackend?: string;
  /** The operator's environment; only PATH and the like are taken from it. */
  readonly environment?: OuterEnvironment;
  /** Milliseconds without a byte in either direction after which a request is ended; default two minutes. */
  readonly idleMs?: number;
}

export interface ServeGitOptions {
  readonly gitDir: string;
  readonly pathInfo: GitPathInfo;
  readonly query: string;
  readonly remoteUser: string;
  /** Largest request body, counted after decompression. */
  readonly maxBodyBytes: number;
  /** For pushes: asked about all that it would change, before git hears of any of it. */
  readonly judge?: PushJudge;
  /** For pushes: asked again while it arrives, and when all of it has, before anything moves. */
  readonly judgeAgain?: PushJudgeAgain;
}

export interface ServeGitResult {
  readonly service: GitService;
  /** Whether git answered the whole request well; after a push, a hint to look at the refs, never a promise about them. */
  readonly ok: boolean;
}

const slug = "[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?";
const advertisement = new RegExp(`^/git/(${slug})\\.git/info/refs\\?(service=git-(upload|receive)-pack)$`);
const exchange = new RegExp(`^/git/(${slug})\\.git/git-(upload|receive)-pack$`);
const defaultIdleMs = 120_000;

/** The three requests of smart HTTP, or null for everything else: other services, the dumb protocol, encoded or unusual paths. */
export function parseGitRequest(url: string, method: string): GitRequest | null {
  if (url.length > 256) return null;
  if (method === "GET") {
    const match = advertisement.exec(url);
    if (match === null) return null;
    return {
      repository: match[1] ?? "",
      pathInfo: "/info/refs",
      query: match[2] ?? "",
      service: match[3] === "receive" ? "receive-pack" : "upload-pack",
    };
  }
  const match = method === "POST" ? exchange.exec(url) : null;
  if (match === null) return null;
  const service = match[2] === "receive" ? "receive-pack" : "upload-pack";
  return { repository: match[1] ?? "", pathInfo: `/git-${service}`, query: "", service };
}

/**
 * Answers one request of a git client from a built-in repository, through `git http-backend`. Who may do it was decided before.
 * Streams both ways; what a client or git does never throws. The promise settles when git has ended and the answer is given.
 */
export async function serveGit(
  deps: ServeGitDependencies,
  request: IncomingMessage,
  response: ServerResponse,
  options: ServeGitOptions,
): Promise<ServeGitResult> {
  const isPush = options.pathInfo === "/git-receive-pack";
  const service = isPush || options.query === "service=git-receive-pack" ? "receive-pack" : "upload-pack";
  const gitDir = resolve(options.gitDir);
  const env = cgiEnvironment(deps.environment ?? {}, request, { ...options, gitDir });
  const [file, args] = deps.gitHttpBackend === undefined ? ["git", ["http-backend"]] : [deps.gitHttpBackend, []];
  const group = startProcessGroup(file, args, { cwd: gitDir, env });
  const idle = setTimeout(() => group.end(), deps.idleMs ?? defaultIdleMs);
  const onProgress = () => void idle.refresh();
  let delivered = false;
  const body = deliverBody(request, group.child.stdin, {
    maxBodyBytes: options.maxBodyBytes,
    isPush,
    judge: options.judge,
    judgeAgain: options.judgeAgain,
    onProgress,
    onRefusal: () => group.end(),
  }).then((reason) => {
    delivered = reason === null;
    if (!delivered) group.end();
    return reason;
  });
  // A push that has arrived whole is finished even when nobody waits for the answer.
  response.once("close", () => (delivered && isPush ? undefined : group.end()));
  const { exitCode, head } = await relayAnswer(deps.log, group, response, onProgress);
  clearTimeout(idle);
  group.child.stdin.destroy();
  const refusal = await body;
  if (refusal === null) endAnswer(response, head);
  else await refuse(request, response, refusal, options.maxBodyBytes);
  // Git may know its answer before the client has said everything; without this the connection would stand still.
  void drain(request, options.maxBodyBytes, drainMs).then(() => (request.complete ? undefined : request.destroy()));
  return { service, ok: refusal === null && exitCode === 0 && head?.status === 200 };
}

interface Answer {
  /** Null when git was ended by a signal or could not be started. */
  readonly exitCode: number | null;
  /** What git said before its body, or null when it said nothing. */
  readonly head: CgiHead | null;
}

/** Passes git's answer on as it comes, the head together with the first bytes of the body: until then the answer can still be another one. */
async function relayAnswer(log: Log, group: ProcessGroup, response: ServerResponse, onProgress: () => void): Promise<Answer> {
  const { stdout, stderr } = group.child;
  const parser = createCgiHeadParser();
  let head: CgiHead | null = null;
  const relay = (chunk: Buffer) => {
    sendHead(response, head);
    stdout.off("data", onData);
    response.write(chunk);
    stdout.pipe(response, { end: false });
  };
  const onData = (chunk: Buffer) => {
    try {
      if (head !== null) return relay(chunk);
      head = parser.push(chunk);
      if (head !== null && head.rest.length > 0) relay(head.rest);
    } catch (error) {
      log.warn({ reason: describeError(error) }, "git http-backend answered badly");
      stdout.off("data", onData).resume();
      group.end();
    }
  };
  stdout.on("data", onProgress).on("data", onData);
  response.once("close", () => stdout.unpipe(response).off("data", onData).resume());
  stderr.on("data", (chunk: Buffer) => log.debug({ text: chunk.toString("utf8").slice(0, 1_000) }, "git http-backend"));
  return new Promise((settle) => {
    group.child.once("error", (error) => {
      log.error({ reason: describeError(error) }, "git http-backend cannot be started");
      if (group.child.pid === undefined) settle({ exitCode: null, head: null });
    });
    group.child.once("close", (exitCode) => settle({ exitCode, head }));
  });
}

function sendHead(response: ServerResponse, head: CgiHead | null): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(head?.status ?? 500, { ...Object.fromEntries(head?.headers ?? []), "x-content-type-options": "nosniff" });
}

function endAnswer(response: ServerResponse, head: CgiHead | null): void {
  if (response.destroyed) return;
  if (head === null) response.writeHead(500, { "content-type": "text/plain; charset=utf-8" }).end("Git did not answer.\n");
  else {
    sendHead(response, head);
    response.end();
  }
}

const drainMs = 30_000;

/** Tells the client why its request was not accepted, in a way the git program shows to the person who typed the command. */
async function refuse(request: IncomingMessage, response: ServerResponse, reason: Error, maxBytes: number): Promise<void> {
  if (response.headersSent || response.destroyed) return void response.destroy();
  if (reason instanceof PushRefused) {
    await drain(request, maxBytes, drainMs);
    const message = Buffer.from(`\u0003${reason.message}\n`, "utf8");
    const packet = `${(message.length + 4).toString(16).padStart(4, "0")}${message.toString("latin1")}0000`;
    response.writeHead(200, { "content-type": "application/x-git-receive-pack-result", "cache-control": "no-cache" }).end(packet, "latin1");
    return;
  }
  const tooLarge = reason instanceof BodyTooLarge;
  response.writeHead(tooLarge ? 413 : 400, { "content-type": "text/plain; charset=utf-8", connection: "close" });
  response.write(tooLarge ? "The push is larger than this installation allows.\n" : "The request cannot be read.\n");
  await drain(request, maxBytes, drainMs / 10);
  response.end();
}
