import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";
import { type StepName, type StepStatus, steps as stepOrder } from "#lib/core/states.ts";
import type { StageKind } from "#lib/platform/database/client.ts";

import { type Actor, authorise, may } from "../access/policy.ts";
import { type CheckSummary, checksOf } from "../checks/queries.ts";
import { environmentUrl } from "../environments/url.ts";
import { type Availability, availableVerbs } from "../environments/verbs.ts";
import { type ProjectHead, type Reader, headOf, headSelection, openEvents } from "../projects/head.ts";
import { kindsWhere } from "../projects/visible.ts";
import { isGated } from "../promotions/gated.ts";
import { type DeploymentSummary, summaryOf, summarySelection } from "./summary.ts";
import { usualTimes } from "./usual.ts";

export interface StepRow {
  readonly name: StepName;
  readonly title: string;
  readonly status: StepStatus;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  readonly usualMs: number | null;
  readonly detail: string | null;
}

export interface DeploymentPage {
  readonly project: ProjectHead;
  readonly environment: { readonly id: string; readonly name: string; readonly url: string };
  readonly deployment: DeploymentSummary & {
    readonly refName: string;
    readonly release: { readonly number: number; readonly digest: string } | null;
    /** Why, in the words of whoever asked. */
    readonly reason: string | null;
    /** The promotion that carries its image here. */
    readonly promotionId: string | null;
  };
  readonly steps: readonly StepRow[];
  /** What it had to pass, each with its own log for whoever may read logs. */
  readonly checks: readonly CheckSummary[];
  readonly mayReadLogs: boolean;
  readonly log: { readonly url: string; readonly download: string; readonly shared: string | null } | null;
  readonly verbs: { readonly cancel?: Availability; readonly redeploy?: Availability };
  readonly eventsUrl: string;
}

/** One deployment with its steps, their usual times and where its log is. */
export async function getDeployment(reader: Reader, actor: Actor, id: string): Promise<DeploymentPage> {
  // An address is typed text: what cannot be an id names nothing.
  if (!idSchema.safeParse(id).success) throw new BerthError("not_found");
  const eventsUrl = await openEvents(reader);
  const row = await readRow(reader, id);
  if (row === null || row.project.deletedAt !== null) throw new BerthError("not_found");
  const { environment } = row;
  const object = { type: "environment", projectId: row.projectId, stageKind: environment.stage.kind } as const;
  authorise(actor, "view", object);
  const usual = await usualTimes(reader.database, row.projectId, kindsWhere(actor, "view", row.projectId));
  const summary = summaryOf({ ...row, steps: row.steps.filter((step) => step.status === "running") }, usual);
  return {
    project: headOf(reader.settings, actor, row.project),
    environment: { id: environment.id, name: environment.name, url: environmentUrl(reader.settings.previewOrigin, environment.host) },
    deployment: {
      ...summary,
      refName: row.refName,
      release: row.release === null ? null : { number: row.release.number, digest: row.release.image.digest },
      reason: row.reason,
      promotionId: row.promotionId,
    },
    steps: stepOrder.map((step) => stepOf(step, row.steps, usual)),
    checks: await checksOf(reader.database, id),
    mayReadLogs: may(actor, "logs", object),
    log: row.build === null || !may(actor, "logs", object) ? null : logOf(actor, row.projectId, id, row.build.deployments[0]),
    verbs: verbsOf(actor, row, summary),
    eventsUrl: eventsUrl(row.projectId),
  };
}

const idSchema = z.uuid();

const rowSelection = {
  ...summarySelection,
  steps: { orderBy: { position: "asc" } },
  refName: true,
  reason: true,
  promotionId: true,
  projectId: true,
  release: { select: { number: true, image: { select: { digest: true } } } },
  build: {
    select: {
      id: true,
      deployments: {
        orderBy: { createdAt: "asc" },
        take: 1,
        select: { id: true, number: true, environment: { select: { name: true, stage: { select: { kind: true } } } } },
      },
    },
  },
  project: { select: { ...headSelection, deletedAt: true } },
  environment: {
    select: {
      id: true,
      name: true,
      host: true,
      desired: true,
      liveReleaseId: true,
      destroyedAt: true,
      stage: { select: { kind: true, starts: true, verdictRequired: true } },
      ref: { select: { goneAt: true } },
    },
  },
} as const;

async function readRow(reader: Reader, id: string) {
  return reader.database.deployment.findUnique({ where: { id }, select: rowSelection });
}

type Row = NonNullable<Awaited<ReturnType<typeof readRow>>>;

function verbsOf(actor: Actor, row: Row, summary: DeploymentSummary): DeploymentPage["verbs"] {
  const { environment } = row;
  if (environment.destroyedAt !== null) return {};
  const state = {
    projectId: row.projectId,
    stageKind: environment.stage.kind,
    desired: environment.desired,
    refGoneAt: environment.ref?.goneAt ?? null,
    hasLiveRelease: environment.liveReleaseId !== null,
    gated: isGated(environment.stage),
  };
  const { cancel, redeploy } = availableVerbs(actor, state, summary);
  return { ...(cancel === undefined ? {} : { cancel }), ...(redeploy === undefined ? {} : { redeploy }) };
}

interface FirstBuilt {
  readonly id: string;
  readonly number: number;
  readonly environment: { readonly name: string; readonly stage: { readonly kind: StageKind } };
}

/** Where the log is, and for whom the image was built first: without a name where that environment may not be viewed. */
function logOf(actor: Actor, projectId: string, id: string, first: FirstBuilt | undefined): DeploymentPage["log"] {
  const links = { url: `/stream/deployments/${id}/log`, download: `/stream/deployments/${id}/log?download` };
  if (first === undefined || first.id === id) return { ...links, shared: null };
  const { name, stage } = first.environment;
  const known = may(actor, "view", { type: "environment", projectId, stageKind: stage.kind });
  return { ...links, shared: known ? `Built earlier, for deployment #${first.number} of ${name}.` : "Built earlier." };
}

interface StepSource {
  readonly name: string;
  readonly status: StepStatus;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  readonly detail: string | null;
}

function stepOf(step: { name: StepName; title: string }, rows: readonly StepSource[], usual: ReadonlyMap<string, number>): StepRow {
  const row = rows.find((candidate) => candidate.name === step.name);
  return {
    ...step,
    status: row?.status ?? "waiting",
    startedAt: row?.startedAt ?? null,
    endedAt: row?.endedAt ?? null,
    usualMs: usual.get(step.name) ?? null,
    detail: row?.detail ?? null,
  };
}
