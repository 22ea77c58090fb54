import type { IncomingMessage, ServerResponse } from "node:http";

import { createBuiltinRepository } from "#lib/adapters/git/builtin.ts";
import { parseGitRequest, serveGit } from "#lib/adapters/git/http-backend.ts";
import { BerthError, isBerthError } from "#lib/core/errors.ts";
import { actorOfToken } from "#lib/domain/access/authenticate.ts";
import { type Actor, authorise } from "#lib/domain/access/policy.ts";
import { writeAudit } from "#lib/domain/audit/write.ts";
import { outerEnvironment } from "#lib/platform/config.ts";
import { enqueue } from "#lib/platform/queue/enqueue.ts";

import { builtinGit, repositoryFolder } from "./git-runner.ts";
import { statusOf } from "./http-status.ts";
import { services } from "./services.ts";

const pushMaxBytes = 2 * 1024 ** 3;
const lateRingMs = 60_000;

/**
 * Berth's own Git: smart HTTP with an API token as the password. A push is only a hint to look: the refs are read from
 * the repository afterwards. Answers false when the address is none of Git's.
 */
export async function gitDoor(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
  if (!(request.url ?? "").startsWith("/git/")) return false;
  try {
    await answerGit(request, response);
  } catch (error) {
    if (response.headersSent) response.destroy();
    else refuseGit(response, isBerthError(error) ? error : new BerthError("internal", { cause: error }));
    if (!isBerthError(error)) services().log.error({ err: error }, "A Git request ended by a mistake of Berth's.");
  }
  return true;
}

async function answerGit(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const actor = await gitActor(request);
  if (actor === null) throw new BerthError("not_signed_in", { detail: "Use an API token as the password; any user name will do." });
  const wanted = parseGitRequest(request.url ?? "", request.method ?? "");
  if (wanted === null) throw new BerthError("not_found");
  const { database, log } = services();
  const project = await database.project.findFirst({
    where: { slug: wanted.repository, deletedAt: null, repositoryKind: "builtin" },
    select: { id: true },
  });
  if (project === null) throw new BerthError("not_found");
  authorise(actor, wanted.service === "receive-pack" ? "push" : "view", { type: "project", projectId: project.id });
  const gitDir = repositoryFolder(project.id);
  await createBuiltinRepository(builtinGit(), gitDir);
  const isPush = wanted.pathInfo === "/git-receive-pack";
  // Should this process end between the push and its ring, this one is heard.
  if (isPush) await enqueue(database, { task: "sync-refs", payload: { projectId: project.id } }, new Date(Date.now() + lateRingMs));
  await serveGit({ log, environment: outerEnvironment() }, request, response, {
    gitDir,
    pathInfo: wanted.pathInfo,
    query: wanted.query,
    remoteUser: actor.email ?? actor.name,
    maxBodyBytes: pushMaxBytes,
  });
  if (!isPush) return;
  await database.$transaction(async (tx) => {
    await writeAudit(tx, actor, {
      action: "repository.push",
      objectType: "project",
      objectId: project.id,
      projectId: project.id,
      outcome: "allowed",
    });
    await enqueue(tx, { task: "sync-refs", payload: { projectId: project.id } });
  });
}

async function gitActor(request: IncomingMessage): Promise<Actor | null> {
  const header = /^Basic ([A-Za-z0-9+/=]{1,2000})$/.exec(request.headers.authorization ?? "")?.[1];
  if (header === undefined) return null;
  const pair = Buffer.from(header, "base64").toString("utf8");
  const requestId = request.headers["x-request-id"];
  return actorOfToken(services().database, pair.slice(pair.indexOf(":") + 1), {
    ip: request.socket.remoteAddress ?? null,
    requestId: typeof requestId === "string" ? requestId : null,
  });
}

function refuseGit(response: ServerResponse, error: BerthError): void {
  const status = statusOf(error.code);
  // git shows what stands in the body of a refusal to the person at the terminal.
  response.writeHead(status, {
    "content-type": "text/plain; charset=utf-8",
    "cache-control": "no-store",
    ...(status === 401 ? { "www-authenticate": 'Basic realm="Berth: an API token is the password"' } : {}),
    connection: "close",
  });
  response.end(`${error.title} ${error.detail ?? error.help}\n`);
}
