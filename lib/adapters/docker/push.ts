import type { Readable } from "node:stream";

import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";

import { cleanText, engineError, engineStatus } from "./engine-error.ts";
import type { Engine } from "./engine.ts";
import { inspectImage } from "./images.ts";
import { type EngineLine, readEngineLines } from "./json-lines.ts";
import { dialStream } from "./request.ts";

export interface PushRequest {
  /** With the registry's host, such as `127.0.0.1:5000/shop`. */
  readonly repository: string;
  readonly tag: string;
  readonly auth?: { readonly username: string; readonly password: string } | undefined;
  onOutput(text: string): void;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

const pushedSchema = z.object({ Digest: z.string().regex(/^sha256:[a-f0-9]{64}$/), Size: z.number().nonnegative() });

/**
 * Pushes `repository:tag` and returns the digest the registry knows it by, with the image's size on the engine (unpacked layers).
 * Layers the registry has already are not sent again. Throws `image_missing`, `registry_unavailable`, `registry_refused`,
 * `docker_unavailable`, `disk_full`, or `cancelled` when `signal` aborts.
 */
export async function pushImage(engine: Engine, request: PushRequest): Promise<{ digest: string; sizeBytes: number }> {
  const reference = `${request.repository}:${request.tag}`;
  const image = await inspectImage(engine, reference);
  if (image === null) throw new BerthError("image_missing", { detail: `${reference} is not on the engine.` });
  const deadline = AbortSignal.timeout(request.timeoutMs);
  try {
    const signal = AbortSignal.any([request.signal, deadline]);
    return { digest: await runPush(engine, request, signal), sizeBytes: image.sizeBytes };
  } catch (error) {
    if (request.signal.aborted) throw new BerthError("cancelled", { cause: error });
    if (deadline.aborted) throw new BerthError("registry_unavailable", { detail: "The push took too long.", cause: error });
    throw engineError(error, engineStatus(error) === 404 ? "image_missing" : "registry_refused");
  }
}

async function runPush(engine: Engine, request: PushRequest, signal: AbortSignal): Promise<string> {
  const serveraddress = request.repository.split("/")[0] ?? "";
  const answer = await dialStream(engine, {
    path: `/images/${request.repository}/push?`,
    method: "POST",
    options: { tag: request.tag },
    // The engine insists on the header, credentials or not.
    authconfig: { username: request.auth?.username ?? "", password: request.auth?.password ?? "", serveraddress },
    signal,
  });
  try {
    return await followPush(answer, request);
  } finally {
    answer.destroy();
  }
}

async function followPush(answer: Readable, request: PushRequest): Promise<string> {
  let digest: string | null = null;
  let failure: string | null = null;
  for await (const line of readEngineLines(answer)) {
    digest = pushedSchema.safeParse(line.aux).data?.Digest ?? digest;
    failure = line.errorDetail?.message ?? line.error ?? failure;
    const text = progressText(line);
    if (text !== null) request.onOutput(`${text}\n`);
  }
  if (failure !== null) throw pushFailure(failure);
  if (digest === null) throw new BerthError("docker_unavailable", { detail: "The engine ended the push without a result." });
  return digest;
}

/** Changes of state only: the engine reports every few kilobytes sent, which no log needs. */
function progressText(line: EngineLine): string | null {
  if (
    line.status === undefined ||
    line.progress !== undefined ||
    line.status === "Preparing" ||
    line.status === "Waiting" ||
    line.status === "Pushing"
  )
    return null;
  return cleanText(line.id === undefined ? line.status : `${line.id}: ${line.status}`, 300);
}

function pushFailure(message: string): BerthError {
  const detail = cleanText(message);
  const unreachable =
    /connection refused|no such host|i\/o timeout|connection reset|network is unreachable|no route to host|server gave HTTP response|EOF|Client\.Timeout|context deadline exceeded|received unexpected HTTP status: 5\d\d|503 Service/i;
  return new BerthError(unreachable.test(message) ? "registry_unavailable" : "registry_refused", { detail, cause: new Error(detail) });
}
