import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";

import { may } from "../../access/policy.ts";
import { defineCommand } from "../../command.ts";
import { requestDeployment } from "../../deployments/request.ts";
import { isGated } from "../../promotions/gated.ts";
import { movedTagIn } from "../../refs/moved-tag.ts";
import { stageTakes } from "../../stages/gates.ts";
import { ensureEnvironment } from "../create.ts";
import { fullRefName, lockEnvironment, policyObject } from "../load.ts";

const input = z.strictObject({
  project: z.string().min(1).max(64),
  /** The stage's name; left out, the first stage that takes the ref. */
  stage: z.string().min(1).max(64).optional(),
  /** A ref's id, or its name with an optional refs/heads/ or refs/tags/ in front. */
  ref: z.string().min(1).max(512),
});

const uuid = z.uuid();

/** One click: the environment of a branch or tag in a stage, made when missing, and a deployment of its head. */
export const preview = defineCommand({
  name: "environment.preview",
  input,
  async load(tx, { project: slug, stage: stageName, ref: wanted }, actor) {
    const project = await tx.project.findFirst({
      where: { slug, deletedAt: null },
      select: { id: true, slug: true, defaultBranch: true, stages: { where: { removedAt: null }, orderBy: { position: "asc" } } },
    });
    if (project === null || !may(actor, "view", { type: "project", projectId: project.id })) throw new BerthError("not_found");
    const refs = await tx.ref.findMany({
      where: { projectId: project.id, goneAt: null, OR: refFilters(wanted) },
      orderBy: { kind: "asc" },
    });
    for (const ref of refs) {
      const stage = project.stages.find((candidate) =>
        stageName === undefined ? stageTakes(candidate, ref, project.defaultBranch) : candidate.name === stageName,
      );
      if (stage !== undefined && may(actor, "view", policyObject({ projectId: project.id, stageKind: stage.kind })))
        return { project, stage, ref };
    }
    if (refs.length > 0 && stageName !== undefined)
      throw new BerthError("not_found", { detail: `The project has no stage ${JSON.stringify(stageName)}.` });
    throw new BerthError("not_found", {
      detail: refs.length === 0 ? `The repository has no such branch or tag: ${wanted}` : "No stage of the pipeline takes that ref.",
    });
  },
  verb: "deploy",
  object: ({ project, stage }) => policyObject({ projectId: project.id, stageKind: stage.kind }),
  gate({ project, stage, ref }) {
    if (isGated(stage)) throw new BerthError("only_by_promotion", { detail: `${stage.title} is reached by promotion, not by a click.` });
    if (!stageTakes(stage, ref, project.defaultBranch))
      throw new BerthError("conflict", { detail: `${stage.title} does not take ${ref.kind} ${ref.name}.` });
  },
  async perform(tx, { project, stage, ref }, _input, actor, settings) {
    const environment = await ensureEnvironment(tx, actor, { project, stage, ref, baseHost: settings.previewDomain });
    const moved = await movedTagIn(tx, await lockEnvironment(tx, environment.id));
    if (moved !== null)
      throw new BerthError("tag_moved", { detail: `${moved.name} was ${moved.from.slice(0, 12)} and is ${moved.to.slice(0, 12)} now.` });
    const deploymentId = await requestDeployment(tx, actor, {
      environment,
      trigger: "preview",
      commit: ref.commit,
      subject: ref.subject,
      refName: fullRefName(ref),
    });
    return { environmentId: environment.id, deploymentId, projectSlug: project.slug, environmentName: environment.name };
  },
  subject: ({ project, ref }, _input, result) => ({
    objectType: "environment",
    objectId: result.environmentId,
    projectId: project.id,
    environmentId: result.environmentId,
    detail: { ref: ref.name, commit: ref.commit, deployment: result.deploymentId },
  }),
});

function refFilters(wanted: string) {
  if (uuid.safeParse(wanted).success) return [{ id: wanted }, { name: wanted }];
  if (wanted.startsWith("refs/heads/")) return [{ kind: "branch" as const, name: wanted.slice("refs/heads/".length) }];
  if (wanted.startsWith("refs/tags/")) return [{ kind: "tag" as const, name: wanted.slice("refs/tags/".length) }];
  return [{ name: wanted }];
}
