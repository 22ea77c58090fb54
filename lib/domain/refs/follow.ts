import type { RefKind, StageKind, StageStart, Transaction } from "#lib/platform/database/client.ts";

import { systemActor } from "../access/policy.ts";
import { writeAudit } from "../audit/write.ts";
import type { Settings } from "../command.ts";
import { requestDeployment } from "../deployments/request.ts";
import { ensureEnvironment } from "../environments/create.ts";
import { destroyEnvironment } from "../environments/destroy.ts";
import { fullRefName, lockEnvironment } from "../environments/load.ts";
import { isGated } from "../promotions/gated.ts";
import { stageTakes } from "../stages/gates.ts";
import { reportMovedTags } from "./report-moved.ts";
import type { ChangedRef, StoredChanges } from "./store.ts";

/** More new refs than this at once are an import, not work: only the newest start by themselves. */
const startAtMost = 5;

interface Project {
  readonly id: string;
  readonly slug: string;
  readonly defaultBranch: string | null;
}

interface Stage {
  readonly id: string;
  readonly name: string;
  readonly kind: StageKind;
  readonly instances: number;
  readonly starts: StageStart;
  readonly refKind: RefKind | null;
  readonly refPattern: string;
  readonly redeployOnPush: boolean;
}

/** Lets the pipeline follow what changed: environments of gone refs go, live ones get the new commit, stages that start on push start. */
export async function followRefs(tx: Transaction, settings: Settings, project: Project, changes: StoredChanges): Promise<void> {
  if (!changes.any) return;
  const stages = await tx.stage.findMany({ where: { projectId: project.id, removedAt: null }, orderBy: { position: "asc" } });
  await destroyGone(tx, project, changes.gone);
  const reported = await reportMovedTags(tx, project.id, changes.moved);
  // A tag is a promise about what was tested under its name: where it moves, only people let it replace anything.
  const moved = changes.moved.filter((ref) => !reported.has(ref.id));
  await redeployMoved(tx, project, moved);
  const starting = stages.filter((stage) => stage.starts === "on_push" && !isGated(stage));
  for (const stage of starting) {
    const taken = [...moved, ...changes.fresh].filter((ref) => stageTakes(stage, ref, project.defaultBranch));
    for (const ref of newestFirst(taken).slice(0, startAtMost)) await startOnPush(tx, settings, project, stage, ref);
  }
}

async function destroyGone(tx: Transaction, project: Project, gone: readonly ChangedRef[]): Promise<void> {
  if (gone.length === 0) return;
  const byId = new Map(gone.map((ref) => [ref.id, ref]));
  const environments = await tx.environment.findMany({
    where: { projectId: project.id, refId: { not: null }, destroyedAt: null, desired: { not: "destroyed" } },
    select: { id: true, projectId: true, refId: true, stage: { select: { kind: true } } },
  });
  for (const environment of environments) {
    const ref = byId.get(environment.refId ?? "");
    // What is in UAT or production stays until somebody takes it away: a deleted tag is no wish to stop serving.
    if (ref === undefined || environment.stage.kind === "uat" || environment.stage.kind === "production") continue;
    const why = `${ref.kind === "tag" ? "Tag" : "Branch"} ${ref.name} is gone from the repository`;
    await destroyEnvironment(tx, systemActor, environment, why);
    await audit(tx, "environment.destroy", environment, ref);
  }
}

/** A push to a ref with an environment redeploys it, where its stage says so. */
async function redeployMoved(tx: Transaction, project: Project, moved: readonly ChangedRef[]): Promise<void> {
  if (moved.length === 0) return;
  const byId = new Map(moved.map((ref) => [ref.id, ref]));
  const environments = await tx.environment.findMany({
    where: {
      projectId: project.id,
      refId: { not: null },
      destroyedAt: null,
      desired: "running",
      stage: { redeployOnPush: true, starts: { not: "by_promotion" }, verdictRequired: false },
    },
    select: { id: true, refId: true },
  });
  for (const { id, refId } of environments) {
    const ref = byId.get(refId ?? "");
    if (ref === undefined) continue;
    const environment = await lockEnvironment(tx, id);
    await requestDeployment(tx, systemActor, {
      environment,
      trigger: "push",
      commit: ref.commit,
      subject: ref.subject,
      refName: fullRefName(ref),
    });
    await audit(tx, "environment.redeploy", environment, ref);
  }
}

async function startOnPush(tx: Transaction, settings: Settings, project: Project, stage: Stage, ref: ChangedRef): Promise<void> {
  const exists = await tx.environment.count({
    where: { stageId: stage.id, refId: ref.id, destroyedAt: null, desired: { not: "destroyed" } },
  });
  // An environment that is there was dealt with as a moved ref, or its stage does not want pushes to replace what runs.
  if (exists > 0) return;
  const environment = await ensureEnvironment(tx, systemActor, { project, stage, ref, baseHost: settings.previewDomain });
  await requestDeployment(tx, systemActor, {
    environment,
    trigger: "push",
    commit: ref.commit,
    subject: ref.subject,
    refName: fullRefName(ref),
  });
  await audit(tx, "environment.preview", environment, ref);
}

async function audit(tx: Transaction, action: string, environment: { id: string; projectId: string }, ref: ChangedRef): Promise<void> {
  await writeAudit(tx, systemActor, {
    action,
    objectType: "environment",
    objectId: environment.id,
    projectId: environment.projectId,
    environmentId: environment.id,
    outcome: "allowed",
    detail: { ref: ref.name, commit: ref.commit },
  });
}

/** By name, numbers by value: v1.10 comes before v1.9. */
function newestFirst(refs: readonly ChangedRef[]): ChangedRef[] {
  const order = new Intl.Collator("en", { numeric: true });
  return refs.toSorted((one, other) => order.compare(other.name, one.name));
}
