import { randomUUID } from "node:crypto";
import type { Readable } from "node:stream";

import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";

import { buildFailure } from "./build-failure.ts";
import { engineError } from "./engine-error.ts";
import type { Engine } from "./engine.ts";
import { type EngineLine, readEngineLines } from "./json-lines.ts";
import { type TracePrinter, createTracePrinter } from "./progress.ts";
import { dialStream } from "./request.ts";
import { openBuildSession } from "./session.ts";
import { type TraceStatus, decodeTrace } from "./wire.ts";

export interface BuildRequest {
  /** The context as a tar stream; it is destroyed when the build ends. */
  readonly context: Readable;
  /** Path inside the context. */
  readonly dockerfile: string;
  readonly reference: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly buildArgs?: Readonly<Record<string, string>> | undefined;
  /** Prefix of every `RUN --mount=type=cache` id, so that projects cannot read each other's caches. */
  readonly cacheNamespace?: string | undefined;
  /** Passed on, but BuildKit (20.10 to 28) does not enforce it per build: only an engine's own cgroup parent does. */
  readonly memoryBytes?: number | undefined;
  /** Network of RUN steps; BuildKit takes these two (and host, which is never asked for). */
  readonly network?: "default" | "none" | undefined;
  onOutput(text: string): void;
  /** Called once for each step of the Dockerfile when it has ended. */
  readonly onStep?: ((step: { name: string; cached: boolean }) => void) | undefined;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/** How long the engine is given to take note of a cancellation. */
const cancelTimeoutMs = 5000;

/**
 * Builds one image with BuildKit and tags it `reference`. Aborting `signal` ends the build on the engine too.
 * Throws `build_failed` (with the engine's reason), `dockerfile_missing`, `dockerfile_refused` (reserved build arguments), `build_cancelled`,
 * `build_timed_out`, `build_out_of_memory`, `disk_full`, `docker_unavailable`, or whatever the context stream failed with.
 */
export async function buildImage(engine: Engine, request: BuildRequest): Promise<{ engineId: string }> {
  refuseReservedArguments(request.buildArgs ?? {});
  const buildId = randomUUID();
  const deadline = AbortSignal.timeout(request.timeoutMs);
  const ended = AbortSignal.any([request.signal, deadline]);
  const context: { error: unknown } = { error: null };
  request.context.once("error", (error) => (context.error = error));
  const printer = createTracePrinter(request);
  try {
    ended.throwIfAborted();
    return { engineId: await runBuild(engine, request, { buildId, ended, printer }) };
  } catch (error) {
    if (ended.aborted || context.error !== null) await cancelBuild(engine, buildId);
    if (request.signal.aborted) throw new BerthError("build_cancelled", { cause: error });
    if (deadline.aborted)
      throw new BerthError("build_timed_out", {
        detail: `It was ended after ${Math.round(request.timeoutMs / 1000)} seconds.`,
        cause: error,
      });
    throw context.error === null ? engineError(error, "build_failed") : contextError(context.error);
  } finally {
    request.context.destroy();
  }
}

interface RunningBuild {
  readonly buildId: string;
  readonly ended: AbortSignal;
  readonly printer: TracePrinter;
}

async function runBuild(engine: Engine, request: BuildRequest, running: RunningBuild): Promise<string> {
  const session = await openBuildSession(engine, running.ended);
  try {
    const answer = await dialStream(engine, {
      path: "/build?",
      method: "POST",
      file: request.context,
      options: buildQuery(request, running.buildId, session.id),
      signal: running.ended,
    });
    try {
      return await followBuild(answer, request, running.printer);
    } finally {
      answer.destroy();
    }
  } finally {
    session.close();
  }
}

const imageIdSchema = z.object({ ID: z.string().regex(/^sha256:[a-f0-9]{64}$/) });

async function followBuild(answer: Readable, request: BuildRequest, printer: TracePrinter): Promise<string> {
  let engineId: string | null = null;
  let failure: string | null = null;
  for await (const line of readEngineLines(answer)) {
    if (line.id === "moby.image.id") engineId = imageIdSchema.safeParse(line.aux).data?.ID ?? engineId;
    failure = line.errorDetail?.message ?? line.error ?? failure;
    printLine(line, request, printer);
  }
  printer.end();
  if (failure !== null) throw buildFailure(failure, printer.failure());
  if (engineId === null) throw new BerthError("docker_unavailable", { detail: "The engine ended the build without a result." });
  return engineId;
}

function printLine(line: EngineLine, request: BuildRequest, printer: TracePrinter): void {
  if (line.id === "moby.buildkit.trace" && typeof line.aux === "string") {
    const status = decodeOrNull(line.aux);
    if (status !== null) printer.print(status);
  } else if (line.stream !== undefined) {
    request.onOutput(line.stream);
  }
}

/** A broken progress message costs a piece of the log, never the build. */
function decodeOrNull(trace: string): TraceStatus | null {
  try {
    return decodeTrace(trace);
  } catch {
    return null;
  }
}

function buildQuery(request: BuildRequest, buildId: string, session: string): Record<string, unknown> {
  const buildArgs = {
    ...request.buildArgs,
    ...(request.cacheNamespace === undefined ? {} : { BUILDKIT_CACHE_MOUNT_NS: request.cacheNamespace }),
  };
  return {
    version: "2",
    buildid: buildId,
    session,
    dockerfile: request.dockerfile.replace(/^(?:\.?\/)+/, ""),
    t: request.reference,
    rm: true,
    forcerm: true,
    labels: request.labels,
    buildargs: buildArgs,
    networkmode: request.network ?? "default",
    ...(request.memoryBytes === undefined ? {} : { memory: request.memoryBytes, memswap: request.memoryBytes }),
  };
}

/** BUILDKIT_* arguments steer BuildKit itself: BUILDKIT_SYNTAX would bring in a foreign frontend, another would switch caches. */
function refuseReservedArguments(buildArgs: Readonly<Record<string, string>>): void {
  const reserved = Object.keys(buildArgs).find((name) => /^BUILDKIT_/i.test(name));
  if (reserved !== undefined)
    throw new BerthError("dockerfile_refused", { detail: `The build argument ${reserved.slice(0, 80)} is reserved.` });
}

async function cancelBuild(engine: Engine, buildId: string): Promise<void> {
  try {
    const answer = await dialStream(engine, {
      path: "/build/cancel?",
      method: "POST",
      options: { id: buildId },
      signal: AbortSignal.timeout(cancelTimeoutMs),
    });
    answer.destroy();
  } catch {
    // The connection of the build is closed as well, which ends it just the same; an engine that is gone builds nothing.
  }
}

function contextError(error: unknown): BerthError {
  return error instanceof BerthError ? error : new BerthError("internal", { detail: "The build context could not be read.", cause: error });
}
