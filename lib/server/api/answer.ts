import { BerthError, isBerthError } from "#lib/core/errors.ts";
import type { Actor } from "#lib/domain/access/policy.ts";
import { parseInput } from "#lib/domain/command.ts";
import { isDatabaseDown } from "#lib/platform/database/client.ts";

import { requestSource, tokenActor } from "../current-actor.ts";
import { statusOf } from "../http-status.ts";
import { services } from "../services.ts";
import type { Operation } from "./operation.ts";
import { readJson } from "./read-json.ts";

const bodyMs = 30_000;

/** Finds, checks and runs the operation of a request; every refusal is problem+json with a code. */
export async function answerApi(operations: readonly Operation[], request: Request): Promise<Response> {
  try {
    const url = new URL(request.url);
    const path = url.pathname.replace(/^\/api\/v1/, "").replace(/\/$/, "");
    const candidates = operations.flatMap((candidate) => {
      const params = matchPath(candidate.path, path);
      return params === null ? [] : [{ candidate, params }];
    });
    // A stranger learns nothing, not even which paths there are.
    const caller = await callerOf(request);
    const found = candidates.find(({ candidate }) => candidate.method === request.method);
    if (found === undefined) {
      if (candidates.length === 0) throw new BerthError("not_found");
      return new Response(null, { status: 405, headers: { allow: candidates.map(({ candidate }) => candidate.method).join(", ") } });
    }
    const { candidate, params } = found;
    const json = candidate.body === null ? undefined : await readJson(request, bodyMs);
    // Whoever held the body open may have lost his rights meanwhile: it is those of now that count.
    const actor = candidate.body === null ? caller : await callerOf(request);
    const result = await candidate.run({
      services: services(),
      actor,
      params: candidate.params === null ? {} : parsePathParams(candidate, params),
      query: candidate.query === null ? {} : parseInput(candidate.query, Object.fromEntries(url.searchParams)),
      body: candidate.body === null ? undefined : parseInput(candidate.body, json),
      request,
    });
    if (result instanceof Response) return result;
    return Response.json(result, { status: candidate.success.status, headers: { "cache-control": "no-store" } });
  } catch (error) {
    return problemResponse(error);
  }
}

async function callerOf(request: Request): Promise<Actor> {
  const actor = await tokenActor(request);
  if (actor === null) throw new BerthError("not_signed_in", { detail: "Send Authorization: Bearer <API token>." });
  return actor;
}

/** An id that cannot be one names nothing. */
function parsePathParams(operation: Operation, params: Record<string, string>): unknown {
  const parsed = operation.params?.safeParse(params);
  if (parsed?.success !== true) throw new BerthError("not_found");
  return parsed.data;
}

function matchPath(pattern: string, path: string): Record<string, string> | null {
  const [wanted, given] = [pattern.split("/"), path.split("/")];
  if (wanted.length !== given.length) return null;
  const params: Record<string, string> = {};
  for (const [position, part] of wanted.entries()) {
    const text = given[position] ?? "";
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (name === undefined) {
      if (part !== text) return null;
    } else {
      try {
        params[name] = decodeURIComponent(text);
        if (params[name].includes("\0")) return null;
      } catch {
        return null;
      }
    }
  }
  return params;
}

/** RFC 9457. What nobody expected is logged under the request's id and shown as `internal`. */
export async function problemResponse(error: unknown): Promise<Response> {
  const known = isBerthError(error) ? error : new BerthError(isDatabaseDown(error) ? "unavailable" : "internal", { cause: error });
  const { requestId } = await requestSource();
  if (known.code === "internal") services().log.error({ err: error, requestId }, "A request ended by a mistake of Berth's.");
  const status = statusOf(known.code);
  const headers: Record<string, string> = { "content-type": "application/problem+json", "cache-control": "no-store" };
  if (status === 401) headers["www-authenticate"] = 'Bearer realm="Berth"';
  // The rest of such a body is not waited for.
  if (status === 408) headers["connection"] = "close";
  if (known.retryAfterSeconds !== undefined) headers["retry-after"] = String(known.retryAfterSeconds);
  const body = {
    type: `urn:berth:error:${known.code}`,
    title: known.title,
    status,
    code: known.code,
    detail: known.detail ?? null,
    help: known.help,
    ...(known.fields === undefined ? {} : { errors: known.fields }),
    requestId,
  };
  return new Response(JSON.stringify(body), { status, headers });
}
