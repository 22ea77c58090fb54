import type { IncomingMessage, ServerResponse } from "node:http";

import { createBuiltinRepository } from "#lib/adapters/git/builtin.ts";
import { type GitService, parseGitRequest, serveGit } from "#lib/adapters/git/http-backend.ts";
import { listRemoteRefs } from "#lib/adapters/git/ls-remote.ts";
import type { RefCommand } from "#lib/adapters/git/receive-commands.ts";
import { BerthError, isBerthError } from "#lib/core/errors.ts";
import { actorOfToken } from "#lib/domain/access/authenticate.ts";
import { type Actor, authorise, may } from "#lib/domain/access/policy.ts";
import { logDenial } from "#lib/domain/audit/denials.ts";
import { writeAudit } from "#lib/domain/audit/write.ts";
import { movedProtectedTag } from "#lib/domain/projects/protected-tags.ts";
import { recordPushedCommits } from "#lib/domain/verdicts/pushes.ts";
import { outerEnvironment } from "#lib/platform/config.ts";
import { enqueue } from "#lib/platform/queue/enqueue.ts";

import { builtinGit, repositoryFolder } from "./git-runner.ts";
import { statusOf } from "./http-status.ts";
import { services } from "./services.ts";
import { guard } from "./streams/guard.ts";

const pushMaxBytes = 2 * 1024 ** 3;
const lateRingMs = 60_000;
const listTimeoutMs = 30_000;
/** What one entry of the audit log names of a push that changes thousands. */
const namedAtMost = 20;

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
  const { database, hub, log } = services();
  const project = await database.project.findFirst({
    where: { slug: wanted.repository, deletedAt: null, repositoryKind: "builtin" },
    select: { id: true, protectedTags: true },
  });
  await authoriseGit(actor, wanted.service, project?.id ?? null);
  if (project === null) throw new BerthError("not_found");
  const gitDir = repositoryFolder(project.id);
  await createBuiltinRepository(builtinGit(), gitDir);
  const isPush = wanted.pathInfo === "/git-receive-pack";
  // Should this process end between the push and its ring, this one is heard.
  if (isPush) await enqueue(database, { task: "sync-refs", payload: { projectId: project.id } }, new Date(Date.now() + lateRingMs));
  let pushed: readonly RefCommand[] = [];
  let refused: Refusal | null = null;
  const mayGoOn = async (): Promise<boolean> => {
    const now = await gitActor(request);
    if (now !== null && may(now, verbOf(wanted.service), { type: "project", projectId: project.id })) return true;
    refused = lostRight;
    return false;
  };
  const unguard = guard(hub, { close: () => response.destroy() }, mayGoOn);
  const { ok } = await serveGit({ log, environment: outerEnvironment() }, request, response, {
    gitDir,
    pathInfo: wanted.pathInfo,
    query: wanted.query,
    remoteUser: actor.email ?? actor.name,
    maxBodyBytes: pushMaxBytes,
    judge: async (commands) => {
      pushed = commands;
      if (await mayGoOn()) refused = await refusalOf(gitDir, project.protectedTags, commands);
      return refused?.message ?? null;
    },
    judgeAgain: async () => ((await mayGoOn()) ? null : lostRight.message),
  }).finally(unguard);
  // A client that asks first whether it is welcome pushes nothing.
  if (pushed.length > 0) await recordPush(actor, project.id, { pushed, brought: ok ? await commitsOf(gitDir, pushed) : [], refused, ok });
}

function verbOf(service: GitService): "push" | "view" {
  return service === "receive-pack" ? "push" : "view";
}

/**
 * A refusal is kept in the audit log like any other, and says at the terminal what is missing. A repository that is not
 * there costs the same as one that may not be seen.
 */
async function authoriseGit(actor: Actor, service: GitService, projectId: string | null): Promise<void> {
  try {
    if (projectId === null) throw new BerthError("not_found");
    authorise(actor, verbOf(service), { type: "project", projectId });
  } catch (error) {
    if (!isBerthError(error, "forbidden", "not_found")) throw error;
    await logDenial(services().database, actor, {
      action: service === "receive-pack" ? "repository.push" : "repository.fetch",
      objectType: "request",
      objectId: null,
      reason: error.code,
    });
    if (error.code === "not_found") throw error;
    const detail = "You may clone this repository, not push to it. Ask an admin for the role of a developer, or use a token that may push.";
    throw new BerthError("forbidden", { detail });
  }
}

interface Refusal {
  readonly reason: "tag_protected" | "forbidden";
  /** The tag it is about. */
  readonly tag?: string;
  readonly message: string;
}

const lostRight: Refusal = {
  reason: "forbidden",
  message: "You may not push to this repository any more. Nothing of this push was taken. (forbidden)",
};

/** What the repository has decides, not what the client says it has. */
async function refusalOf(gitDir: string, patterns: readonly string[], commands: readonly RefCommand[]): Promise<Refusal | null> {
  const tags = commands.filter(({ ref }) => ref.kind === "tag").map(({ ref, ...ids }) => ({ name: ref.name, ...ids }));
  if (tags.length === 0 || patterns.length === 0) return null;
  const { refs } = await listRemoteRefs(builtinGit(), { kind: "local", gitDir }, { timeoutMs: listTimeoutMs });
  const existing = new Set(refs.filter(({ kind }) => kind === "tag").map(({ name }) => name));
  const tag = movedProtectedTag(patterns, tags, existing)?.name;
  if (tag === undefined) return null;
  const { title, help } = new BerthError("tag_protected");
  return {
    reason: "tag_protected",
    tag,
    message: `${title} ${tag} cannot be moved or deleted. ${help} Nothing of this push was taken. (tag_protected)`,
  };
}

/** A tag with words of its own is an object of its own: what it leads to is what the repository lists. */
async function commitsOf(gitDir: string, pushed: readonly RefCommand[]): Promise<string[]> {
  const heads = pushed.flatMap(({ ref, newId }) => (ref.kind === "branch" && newId !== null ? [newId] : []));
  const tags = new Set(pushed.flatMap(({ ref, newId }) => (ref.kind === "tag" && newId !== null ? [ref.fullName] : [])));
  if (tags.size === 0) return heads;
  const list = listRemoteRefs(builtinGit(), { kind: "local", gitDir }, { timeoutMs: listTimeoutMs });
  // The push has happened; that it is written down matters more than this.
  const { refs } = await list.catch(() => ({ refs: [] }));
  return [...heads, ...refs.filter(({ fullName }) => tags.has(fullName)).map(({ commit }) => commit)];
}

interface Push {
  readonly pushed: readonly RefCommand[];
  /** The commits its branches and tags led to. */
  readonly brought: readonly string[];
  readonly refused: Refusal | null;
  /** Whether git answered well. */
  readonly ok: boolean;
}

async function recordPush(actor: Actor, projectId: string, { pushed, brought, refused, ok }: Push): Promise<void> {
  const about = { action: "repository.push", objectType: "project", objectId: projectId, projectId };
  await services().database.$transaction(async (tx) => {
    const named = pushed.slice(0, namedAtMost).map(({ ref, newId }) => `${newId === null ? "-" : ""}${ref.fullName}`);
    const detail = { refs: named.join(" "), count: pushed.length };
    if (refused !== null && !ok)
      return writeAudit(tx, actor, {
        ...about,
        outcome: "denied",
        reason: refused.reason,
        detail: refused.tag === undefined ? detail : { tag: refused.tag },
      });
    await writeAudit(tx, actor, { ...about, outcome: ok ? "allowed" : "failed", detail });
    if (ok) await recordPushedCommits(tx, actor, projectId, brought);
    await enqueue(tx, { task: "sync-refs", payload: { projectId } });
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
