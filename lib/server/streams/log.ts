import { AsyncResource } from "node:async_hooks";

import { BerthError } from "#lib/core/errors.ts";
import { isBuildOver } from "#lib/core/states.ts";
import { type Actor, authorise, may } from "#lib/domain/access/policy.ts";
import { isRunOver } from "#lib/domain/jobs/states.ts";
import { enqueue } from "#lib/platform/queue/enqueue.ts";

import { currentActor, tokenActor } from "../current-actor.ts";
import type { Services } from "../services.ts";
import { guard } from "./guard.ts";
import { takeSeat } from "./seats.ts";
import { type SseWriter, sseResponse } from "./sse.ts";

const chunksAtOnce = 40;
const watchMs = 60_000;
const watchAgainMs = 25_000;
/** Notifications may be lost; a look now and then finds what they would have said. */
const lookMs = 3_000;

interface LogSource {
  readonly logId: string;
  readonly authorise: (actor: Actor) => void;
  /** Whether nothing more will come. */
  readonly isOver: () => Promise<boolean>;
}

/** The build log of a deployment: as plain text, or followed from behind the last event the reader has seen. */
export async function deploymentLogResponse(
  services: Services,
  actor: Actor,
  deploymentId: string,
  options: { follow: boolean; request: Request },
): Promise<Response> {
  const source = await deploymentLog(services, deploymentId);
  source.authorise(actor);
  return options.follow
    ? followResponse(services, source, options.request, takeSeat(services.hub, actor))
    : textResponse(services, source, options.request, `deployment-${deploymentId}.log`);
}

/** The output of a running environment, followed. Being read is what makes the worker copy it. */
export async function environmentLogResponse(services: Services, actor: Actor, environmentId: string, request: Request): Promise<Response> {
  const row = await services.database.environment.findUnique({
    where: { id: environmentId },
    select: {
      runtimeLogId: true,
      projectId: true,
      destroyedAt: true,
      stage: { select: { kind: true } },
      project: { select: { deletedAt: true } },
    },
  });
  if (row === null || row.destroyedAt !== null || row.project.deletedAt !== null) throw new BerthError("not_found");
  const source: LogSource = {
    logId: row.runtimeLogId,
    authorise: (who) => authorise(who, "logs", { type: "environment", projectId: row.projectId, stageKind: row.stage.kind }),
    async isOver() {
      const now = await services.database.environment.findUnique({ where: { id: environmentId }, select: { destroyedAt: true } });
      return now === null || now.destroyedAt !== null;
    },
  };
  source.authorise(actor);
  const watch = async () => {
    await services.database.environment.updateMany({
      where: { id: environmentId },
      data: { logWatchedUntil: new Date(Date.now() + watchMs) },
    });
    await enqueue(services.database, { task: "follow-log", payload: { environmentId } });
  };
  const leave = takeSeat(services.hub, actor);
  try {
    await watch();
  } catch (error) {
    leave();
    throw error;
  }
  const timer = setInterval(() => void watch().catch(() => undefined), watchAgainMs);
  return followResponse(services, source, request, () => {
    clearInterval(timer);
    leave();
  });
}

/** The output of one run of a job, kept as long as the run is: as plain text, or followed. */
export async function jobRunLogResponse(
  services: Services,
  actor: Actor,
  runId: string,
  options: { follow: boolean; request: Request },
): Promise<Response> {
  const row = await services.database.jobRun.findUnique({
    where: { id: runId },
    select: {
      logId: true,
      number: true,
      job: {
        select: {
          name: true,
          deletedAt: true,
          environment: { select: { projectId: true, stage: { select: { kind: true } }, project: { select: { deletedAt: true } } } },
        },
      },
    },
  });
  if (row === null || row.job.deletedAt !== null || row.job.environment.project.deletedAt !== null) throw new BerthError("not_found");
  const { projectId, stage } = row.job.environment;
  const source: LogSource = {
    logId: row.logId,
    authorise: (who) => authorise(who, "logs", { type: "environment", projectId, stageKind: stage.kind }),
    async isOver() {
      const now = await services.database.jobRun.findUnique({ where: { id: runId }, select: { status: true } });
      return now === null || isRunOver(now.status);
    },
  };
  source.authorise(actor);
  return options.follow
    ? followResponse(services, source, options.request, takeSeat(services.hub, actor))
    : textResponse(services, source, options.request, `${row.job.name}-${row.number}.log`);
}

/** The output of a check, by whoever may read logs where it was run for: as plain text, or followed. */
export async function checkLogResponse(
  services: Services,
  actor: Actor,
  checkId: string,
  options: { follow: boolean; request: Request },
): Promise<Response> {
  const row = await services.database.checkRun.findFirst({
    where: { id: checkId, project: { deletedAt: null } },
    select: {
      logId: true,
      projectId: true,
      deployments: { select: { deployment: { select: { environment: { select: { stage: { select: { kind: true } } } } } } } },
    },
  });
  if (row === null) throw new BerthError("not_found");
  const kinds = [...new Set(row.deployments.map(({ deployment }) => deployment.environment.stage.kind))];
  const objects = kinds.map((stageKind) => ({ type: "environment", projectId: row.projectId, stageKind }) as const);
  const source: LogSource = {
    logId: row.logId,
    authorise: (who) => {
      if (objects.some((object) => may(who, "logs", object))) return;
      throw new BerthError(objects.some((object) => may(who, "view", object)) ? "forbidden" : "not_found");
    },
    async isOver() {
      const now = await services.database.checkRun.findUnique({ where: { id: checkId }, select: { status: true } });
      return now === null || now.status === "passed" || now.status === "failed";
    },
  };
  source.authorise(actor);
  return options.follow
    ? followResponse(services, source, options.request, takeSeat(services.hub, actor))
    : textResponse(services, source, options.request, `check-${checkId}.log`);
}

async function deploymentLog(services: Services, deploymentId: string): Promise<LogSource> {
  const row = await services.database.deployment.findUnique({
    where: { id: deploymentId },
    select: {
      projectId: true,
      build: { select: { id: true, logId: true } },
      environment: { select: { stage: { select: { kind: true } } } },
      project: { select: { deletedAt: true } },
    },
  });
  if (row === null || row.build === null || row.project.deletedAt !== null) throw new BerthError("not_found");
  const { build } = row;
  return {
    logId: build.logId,
    authorise: (actor) =>
      authorise(actor, "logs", { type: "environment", projectId: row.projectId, stageKind: row.environment.stage.kind }),
    async isOver() {
      const now = await services.database.build.findUnique({ where: { id: build.id }, select: { status: true } });
      return now === null || isBuildOver(now.status);
    },
  };
}

function followResponse(services: Services, source: LogSource, request: Request, onEnd: () => void): Response {
  const after = lastSeen(request);
  return sseResponse(request, (writer) => {
    const reader = createReader(services, source, writer, after);
    const forget = services.hub.onLog(source.logId, reader.ring);
    const timer = setInterval(reader.ring, lookMs);
    const unguard = guard(services.hub, writer, () => mayStillRead(source, request));
    reader.ring();
    return () => {
      forget();
      unguard();
      clearInterval(timer);
      onEnd();
    };
  });
}

/** False, or the refusal thrown, when who reads has lost the right to it. */
async function mayStillRead(source: LogSource, request: Request): Promise<boolean> {
  const actor = request.headers.has("authorization") ? await tokenActor(request) : await currentActor();
  if (actor !== null) source.authorise(actor);
  return actor !== null;
}

/** Reads on from a position whenever it is rung at, one reading at a time. */
function createReader(services: Services, source: LogSource, writer: SseWriter, after: number): { ring: () => void } {
  let position = after;
  let reading = false;
  let rung = false;

  async function read(): Promise<void> {
    const over = await source.isOver();
    for (;;) {
      const chunks = await services.database.logChunk.findMany({
        where: { logId: source.logId, seq: { gt: position } },
        orderBy: { seq: "asc" },
        take: chunksAtOnce,
      });
      for (const chunk of chunks) {
        if (position > 0 && chunk.seq > position + 1) writer.send({ event: "gap", data: { from: position + 1, to: chunk.seq - 1 } });
        writer.send({ id: String(chunk.seq), data: chunk.text });
        position = chunk.seq;
        await writer.drained();
      }
      if (chunks.length < chunksAtOnce || writer.closed) break;
    }
    if (over && !writer.closed) {
      writer.send({ event: "end", data: {} });
      writer.close();
    }
  }

  const ring = () => {
    rung = true;
    if (reading) return;
    reading = true;
    void (async () => {
      while (rung && !writer.closed) {
        rung = false;
        await read();
      }
    })()
      .catch((error: unknown) => {
        services.log.warn({ err: error }, "A log stream could not be read.");
        writer.close();
      })
      .finally(() => (reading = false));
  };
  return { ring };
}

/** The log as text, streamed chunk by chunk so that its size does not matter; a reader who takes his time is asked for his right again. */
function textResponse(services: Services, source: LogSource, request: Request, fileName: string): Response {
  const encoder = new TextEncoder();
  let position = 0;
  // Whoever takes the text on calls `pull`, and no longer as part of the request whose headers are asked for here.
  const stillMay = AsyncResource.bind(() => mayStillRead(source, request));
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (position > 0 && !(await stillMay())) throw new BerthError("forbidden");
      const chunks = await services.database.logChunk.findMany({
        where: { logId: source.logId, seq: { gt: position } },
        orderBy: { seq: "asc" },
        take: chunksAtOnce,
      });
      for (const chunk of chunks) {
        controller.enqueue(encoder.encode(chunk.text));
        position = chunk.seq;
      }
      if (chunks.length < chunksAtOnce) controller.close();
    },
  });
  return new Response(body, {
    headers: {
      "content-type": "text/plain; charset=utf-8",
      "content-disposition": `attachment; filename="${fileName}"`,
      "content-security-policy": "sandbox; default-src 'none'",
      "cache-control": "no-store",
    },
  });
}

/** Where the reader stopped: what the browser remembers, or `after` in the address. */
function lastSeen(request: Request): number {
  const text = request.headers.get("last-event-id") ?? new URL(request.url).searchParams.get("after") ?? "";
  return /^\d{1,9}$/.test(text) ? Number(text) : 0;
}
