import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";
import type { Transaction } from "#lib/platform/database/client.ts";
import { appendEvent } from "#lib/platform/events/append.ts";

import type { Actor, PolicyObject } from "../../access/policy.ts";
import { defineCommand } from "../../command.ts";
import { requestSameImage } from "../../deployments/redeploy.ts";
import { requestDeployment } from "../../deployments/request.ts";
import { fullRefName, lockEnvironment, lockVisibleEnvironment } from "../../environments/load.ts";
import { sealSecret } from "../../projects/credential.ts";
import { loadProject } from "../../projects/load.ts";
import { projectsVisibleTo } from "../../projects/visible.ts";
import { variableScope } from "../scope.ts";

const variableName = z
  .string()
  .trim()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, "Use letters, digits and underscores, not beginning with a digit.")
  .refine((name) => !/^(BERTH_|MESOS_|MARATHON_)/.test(name), "Names that begin with BERTH_, MESOS_ or MARATHON_ belong to the platform.")
  .refine((name) => name !== "PORT", "PORT is set by Berth: it is the port on the project’s settings page.");
const valueMaxBytes = 64 * 1024;

const input = z
  .strictObject({
    project: z.string().min(1).max(64),
    scope: z.enum(["project", "stage", "environment"]),
    stage: z.string().min(1).max(64).optional(),
    environment: z.uuid().optional(),
    name: variableName,
    kind: z.enum(["plain", "secret"]),
    value: z
      .string()
      .refine((value) => Buffer.byteLength(value) <= valueMaxBytes, "Use at most 64 KiB.")
      .refine((value) => !value.includes("\0"), "A value cannot hold the character NUL."),
  })
  .refine(({ scope, stage }) => (scope === "stage") === (stage !== undefined), {
    path: ["stage"],
    message: "Name the stage exactly when the scope is a stage.",
  })
  .refine(({ scope, environment }) => (scope === "environment") === (environment !== undefined), {
    path: ["environment"],
    message: "Name the environment exactly when the scope is an environment.",
  });

interface Scope {
  readonly projectId: string;
  readonly stageId: string | null;
  readonly environmentId: string | null;
  readonly object: PolicyObject;
}

/** Sets a variable. Environments that run with it get a new release; a secret is sealed here and never shown again. */
export const setVariable = defineCommand({
  name: "variable.set",
  input,
  load: (tx, { project, stage, environment }, actor) => loadScope(tx, actor, { project, stage, environment }),
  verb: verbFor,
  object: ({ object }) => object,
  async perform(tx, scope, { name, kind, value }, actor) {
    const place = { projectId: scope.projectId, stageId: scope.stageId, environmentId: scope.environmentId };
    const before = await tx.variable.findFirst({ where: { ...place, name }, select: { kind: true } });
    await tx.variable.deleteMany({ where: { ...place, name } });
    const secretId = kind === "secret" ? await sealSecret(tx, variableScope(scope, name), value) : null;
    const { id } = await tx.variable.create({
      data: { ...place, name, kind, value: kind === "plain" ? value : null, secretId, changedByName: actor.name },
      select: { id: true },
    });
    await applyConfiguration(tx, actor, scope);
    await appendEvent(tx, {
      kind: "variables.changed",
      projectId: scope.projectId,
      environmentId: scope.environmentId,
      actorName: actor.name,
      message: `${name} was set`,
    });
    return { id, before };
  },
  subject: (scope, { name, kind }, { id, before }) => ({
    objectType: "variable",
    objectId: id,
    ...placeOf(scope),
    detail: { name },
    ...(before === null ? {} : { before: { kind: before.kind, value: "masked" } }),
    after: { kind, value: before === null ? "masked" : "masked, new" },
  }),
});

/** Removes a variable; environments that ran with it get a new release. */
export const deleteVariable = defineCommand({
  name: "variable.delete",
  input: z.strictObject({ variable: z.uuid() }),
  async load(tx, { variable }, actor) {
    const row = await tx.variable.findFirst({
      // What is of a project that is not his is not even looked up further: it takes no longer than what does not exist.
      where: { id: variable, project: projectsVisibleTo(actor) },
      select: {
        id: true,
        name: true,
        kind: true,
        project: { select: { slug: true } },
        stage: { select: { name: true } },
        environmentId: true,
      },
    });
    if (row === null) throw new BerthError("not_found");
    const scope = await loadScope(tx, actor, {
      project: row.project.slug,
      stage: row.stage?.name,
      environment: row.environmentId ?? undefined,
    });
    return { ...scope, id: row.id, name: row.name, kind: row.kind };
  },
  verb: verbFor,
  object: ({ object }) => object,
  async perform(tx, scope, _input, actor) {
    await tx.variable.deleteMany({ where: { id: scope.id } });
    await applyConfiguration(tx, actor, scope);
    await appendEvent(tx, {
      kind: "variables.changed",
      projectId: scope.projectId,
      environmentId: scope.environmentId,
      actorName: actor.name,
      message: `${scope.name} was removed`,
    });
    return { id: scope.id };
  },
  subject: (scope) => ({
    objectType: "variable",
    objectId: scope.id,
    objectName: scope.name,
    ...placeOf(scope),
    detail: { name: scope.name },
    before: { kind: scope.kind, value: "masked" },
  }),
});

/** Where the audit log files it. Values are masked there, plain ones too: who may read the log may not read variables by that. */
function placeOf({ projectId, environmentId, object }: Scope) {
  return { projectId, environmentId, stageKind: object.type === "environment" ? object.stageKind : null };
}

/** Variables of a project are its admins'; those of a stage or environment are of whoever may configure there. */
function verbFor({ object }: Scope): "administer" | "configure" {
  return object.type === "project" ? "administer" : "configure";
}

async function loadScope(
  tx: Transaction,
  actor: Actor,
  place: { project: string; stage: string | undefined; environment: string | undefined },
): Promise<Scope> {
  const project = await loadProject(tx, place.project);
  if (place.environment !== undefined) {
    const environment = await lockVisibleEnvironment(tx, actor, place.environment);
    if (environment.projectId !== project.id) throw new BerthError("not_found");
    return {
      projectId: project.id,
      stageId: null,
      environmentId: environment.id,
      object: { type: "environment", projectId: project.id, stageKind: environment.stageKind },
    };
  }
  if (place.stage === undefined)
    return { projectId: project.id, stageId: null, environmentId: null, object: { type: "project", projectId: project.id } };
  const stage = await tx.stage.findFirst({
    where: { projectId: project.id, name: place.stage, removedAt: null },
    select: { id: true, kind: true },
  });
  if (stage === null) throw new BerthError("not_found");
  return {
    projectId: project.id,
    stageId: stage.id,
    environmentId: null,
    object: { type: "environment", projectId: project.id, stageKind: stage.kind },
  };
}

/** Every running environment in scope is deployed again with the commit it runs. */
async function applyConfiguration(tx: Transaction, actor: Actor, scope: Scope): Promise<void> {
  const environments = await tx.environment.findMany({
    where: {
      projectId: scope.projectId,
      destroyedAt: null,
      desired: "running",
      liveReleaseId: { not: null },
      ...(scope.environmentId === null ? {} : { id: scope.environmentId }),
      ...(scope.stageId === null ? {} : { stageId: scope.stageId }),
    },
    select: { id: true, liveRelease: { select: { commit: true } } },
  });
  for (const { id, liveRelease } of environments) {
    const environment = await lockEnvironment(tx, id);
    const keepsImage = environment.gated || environment.pullRequestId !== null;
    if (keepsImage) await requestSameImage(tx, actor, environment, "configuration");
    if (keepsImage || liveRelease === null || environment.refKind === null || environment.refName === null) continue;
    await requestDeployment(tx, actor, {
      environment,
      trigger: "configuration",
      commit: liveRelease.commit,
      subject: environment.refCommit === liveRelease.commit ? environment.refSubject : null,
      refName: fullRefName({ kind: environment.refKind, name: environment.refName }),
    });
  }
}
