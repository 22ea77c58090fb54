import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";
import type { CheckStatus } from "#lib/platform/database/client.ts";

import { type Actor, may } from "../access/policy.ts";
import { type ProjectHead, type Reader, headOf, headSelection, openEvents } from "../projects/head.ts";

export interface CheckSummary {
  readonly id: string;
  readonly name: string;
  readonly status: CheckStatus;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  readonly errorText: string | null;
}

export interface CheckPage extends CheckSummary {
  readonly project: ProjectHead;
  readonly command: readonly string[];
  readonly timeoutSeconds: number;
  readonly exitCode: number | null;
  readonly digest: string;
  readonly commit: string;
  /** The deployments that waited for it, as far as the viewer may see them, the newest first. */
  readonly deployments: ReadonlyArray<{ readonly id: string; readonly number: number; readonly environment: string }>;
  readonly mayRerun: boolean;
  readonly eventsUrl: string;
}

const summary = { id: true, name: true, status: true, startedAt: true, endedAt: true, errorText: true } as const;
const deploymentsShown = 20;

/** The checks of a deployment, in the order of their names. Reads no rights: for pages that have asked for the deployment's. */
export async function checksOf(database: Reader["database"], deploymentId: string): Promise<CheckSummary[]> {
  return database.checkRun.findMany({
    where: { deployments: { some: { deploymentId } } },
    orderBy: { name: "asc" },
    take: 50,
    select: summary,
  });
}

/** One check with its result; for whoever may read logs of an environment it was run for. */
export async function getCheck(reader: Reader, actor: Actor, id: string): Promise<CheckPage> {
  if (!z.uuid().safeParse(id).success) throw new BerthError("not_found");
  const eventsUrl = await openEvents(reader);
  const row = await reader.database.checkRun.findFirst({
    where: { id, project: { deletedAt: null } },
    select: {
      ...summary,
      command: true,
      timeoutSeconds: true,
      exitCode: true,
      digest: true,
      projectId: true,
      image: { select: { commit: true } },
      project: { select: headSelection },
      deployments: {
        orderBy: { deployment: { createdAt: "desc" } },
        select: {
          deployment: { select: { id: true, number: true, environment: { select: { name: true, stage: { select: { kind: true } } } } } },
        },
      },
    },
  });
  if (row === null) throw new BerthError("not_found");
  const { project, projectId, deployments, image, command, ...check } = row;
  const isAllowed = (verb: "logs" | "view" | "deploy") => (each: (typeof deployments)[number]) =>
    may(actor, verb, { type: "environment", projectId, stageKind: each.deployment.environment.stage.kind });
  if (!deployments.some(isAllowed("logs"))) throw new BerthError(deployments.some(isAllowed("view")) ? "forbidden" : "not_found");
  return {
    ...check,
    project: headOf(reader.settings, actor, project),
    command: z.array(z.string()).catch([]).parse(command),
    commit: image.commit,
    deployments: deployments
      .filter(isAllowed("view"))
      .slice(0, deploymentsShown)
      .map(({ deployment }) => ({ id: deployment.id, number: deployment.number, environment: deployment.environment.name })),
    mayRerun: check.status === "failed" && deployments.some(isAllowed("deploy")),
    eventsUrl: eventsUrl(projectId),
  };
}
