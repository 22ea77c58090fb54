import { BerthError } from "#lib/core/errors.ts";
import type { Actor } from "#lib/domain/access/policy.ts";
import { authorise, may } from "#lib/domain/access/policy.ts";
import { kindsWhere } from "#lib/domain/projects/visible.ts";
import type { StageKind } from "#lib/platform/database/client.ts";

import type { Change } from "../event-hub.ts";
import type { Services } from "../services.ts";
import { guard } from "./guard.ts";
import { takeSeat } from "./seats.ts";
import { sseResponse } from "./sse.ts";

/** Tells a project's pages that something changed in what the reader may view. What changed they read for themselves, with their own rights. */
export async function projectChanges(
  services: Services,
  actor: Actor,
  projectId: string,
  request: Request,
  again: () => Promise<Actor | null>,
): Promise<Response> {
  const object = { type: "project", projectId } as const;
  const project = await services.database.project.findFirst({ where: { id: projectId, deletedAt: null }, select: { id: true } });
  if (project === null) throw new BerthError("not_found");
  authorise(actor, "view", object);
  const after = new URL(request.url).searchParams.get("after") ?? "";
  const leave = takeSeat(services.hub, actor);
  return sseResponse(request, (writer) => {
    let reader = actor;
    /** The last thing begun: who reads was looked up, or a change was told. One after the other, so that no change is told with old rights. */
    let before: Promise<unknown> = Promise.resolve();
    const tell = async (change: Change): Promise<void> => {
      if (change.kind === "resync") return writer.send({ event: "change", data: { kind: "resync" } });
      if (!("project" in change) || change.project !== projectId) return;
      if (change.environment !== null && !(await mayViewEnvironment(services, reader, projectId, change.environment))) return;
      writer.send({ event: "change", data: { kind: change.kind, environment: change.environment, deployment: change.deployment } });
    };
    const forget = services.hub.onChange((change) => {
      before = before.then(() => tell(change)).catch(() => writer.close());
    });
    // What happened between the reading of the page and now.
    if (/^\d{1,18}$/.test(after)) {
      hasMissed(services, reader, projectId, BigInt(after)).then(
        (missed) => missed && writer.send({ event: "change", data: { kind: "resync" } }),
        () => writer.close(),
      );
    }
    const unguard = guard(services.hub, writer, () => {
      const look = before.then(async () => {
        const now = await again();
        if (now !== null) reader = now;
        const goesOn = now !== null && may(now, "view", object);
        // The last word has the page look for itself, and find that it is not there any more.
        if (!goesOn) writer.send({ event: "change", data: { kind: "ended" } });
        return goesOn;
      });
      before = look.catch(() => undefined);
      return look;
    });
    return () => {
      forget();
      unguard();
      leave();
    };
  });
}

/** Which stage an environment is in never changes; the newest few thousand are remembered for all streams of the process. */
const kinds = new Map<string, StageKind>();
const rememberedAtMost = 5_000;

async function mayViewEnvironment(services: Services, reader: Actor, projectId: string, environmentId: string): Promise<boolean> {
  const stageKind = kinds.get(environmentId) ?? (await readKind(services, environmentId));
  return stageKind !== null && may(reader, "view", { type: "environment", projectId, stageKind });
}

async function readKind({ database }: Services, id: string): Promise<StageKind | null> {
  const row = await database.environment.findUnique({ where: { id }, select: { stage: { select: { kind: true } } } });
  if (row === null) return null;
  if (kinds.size >= rememberedAtMost) kinds.clear();
  kinds.set(id, row.stage.kind);
  return row.stage.kind;
}

async function hasMissed({ database }: Services, reader: Actor, projectId: string, after: bigint): Promise<boolean> {
  const visible = kindsWhere(reader, "view", projectId);
  const rows = await database.$queryRaw<Array<{ one: number }>>`
    SELECT 1 AS one FROM event v WHERE v.project_id = ${projectId}::uuid AND v.id > ${after} AND (v.environment_id IS NULL OR EXISTS (
      SELECT 1 FROM environment e JOIN stage s ON s.id = e.stage_id WHERE e.id = v.environment_id AND s.kind::text = ANY(${visible}))) LIMIT 1`;
  return rows.length > 0;
}
