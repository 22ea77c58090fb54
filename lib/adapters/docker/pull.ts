import type { Readable } from "node:stream";

import { BerthError } from "#lib/core/errors.ts";

import { cleanText, engineError, engineStatus } from "./engine-error.ts";
import type { Engine } from "./engine.ts";
import { inspectImage } from "./images.ts";
import { readEngineLines } from "./json-lines.ts";
import { dialStream } from "./request.ts";

interface PullRequest {
  /** With the registry's host, such as `127.0.0.1:5000/shop`. */
  readonly repository: string;
  /** sha256:… */
  readonly digest: string;
  readonly auth: { readonly username: string; readonly password: string } | undefined;
  readonly signal: AbortSignal;
}

/**
 * Sees to it that the engine has the image of a digest, and gives the reference under which it does. Throws `image_missing`,
 * `registry_unavailable` or `docker_unavailable`.
 */
export async function ensurePulled(engine: Engine, request: PullRequest): Promise<string> {
  const reference = `${request.repository}@${request.digest}`;
  if ((await inspectImage(engine, reference)) !== null) return reference;
  try {
    const answer = await dialStream(engine, {
      path: "/images/create?",
      method: "POST",
      options: { fromImage: request.repository, tag: request.digest },
      authconfig: {
        username: request.auth?.username ?? "",
        password: request.auth?.password ?? "",
        serveraddress: request.repository.split("/")[0] ?? "",
      },
      signal: request.signal,
    });
    await untilEnd(answer);
    return reference;
  } catch (error) {
    throw engineError(error, engineStatus(error) === 404 ? "image_missing" : "registry_unavailable");
  }
}

async function untilEnd(answer: Readable): Promise<void> {
  try {
    for await (const line of readEngineLines(answer)) {
      const failure = line.errorDetail?.message ?? line.error;
      if (failure === undefined) continue;
      const isGone = /manifest unknown|not found|name unknown/i.test(failure);
      throw new BerthError(isGone ? "image_missing" : "registry_unavailable", { detail: cleanText(failure) });
    }
  } finally {
    answer.destroy();
  }
}
