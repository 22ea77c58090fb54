import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";
import type { Transaction } from "#lib/platform/database/client.ts";

import { type Actor, may } from "../../access/policy.ts";
import { defineCommand } from "../../command.ts";
import { requestDeployment } from "../../deployments/request.ts";
import { ensureEnvironment } from "../../environments/create.ts";
import { pullStage, pullStageSelection } from "../stage.ts";

export const approveFields = {
  /** The whole id of the commit that was looked at: nothing else is approved. */
  commit: z.string().regex(/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/, "Give the whole commit."),
};
const input = z.strictObject({
  project: z.string().min(1).max(64),
  number: z.coerce.number().int().min(1).max(999_999_999),
  ...approveFields,
});

/**
 * Somebody who may deploy to review says that this very commit of a pull request may be built and run: without secrets, in an environment of its
 * own. What is pushed later needs its own word. Throws `conflict` when the head is another one by now.
 */
export const approvePullRequest = defineCommand({
  name: "pull-request.approve",
  input,
  async load(tx, { project: slug, number }, actor) {
    const project = await tx.project.findFirst({
      where: { slug, deletedAt: null },
      select: { id: true, slug: true, pullRequests: true, stages: pullStageSelection },
    });
    if (project === null || !may(actor, "view", { type: "project", projectId: project.id })) throw new BerthError("not_found");
    const pull = project.pullRequests ? await lockPull(tx, project.id, number) : null;
    return { project, pull, stage: pullStage(project.stages) };
  },
  // To push is to be let deploy what is under review.
  verb: "push",
  object: ({ project }) => ({ type: "project", projectId: project.id }) as const,
  gate({ pull, stage }, { number, commit }) {
    if (pull === null) throw new BerthError("not_found", { detail: `There is no open pull request ${number}.` });
    if (pull.commit !== commit)
      throw new BerthError("conflict", {
        detail: `Pull request ${number} is at ${pull.commit} now, and not at ${commit}. Look at what was pushed before you approve it.`,
      });
    if (stage === null)
      throw new BerthError("conflict", {
        detail: "The pipeline has no review stage with an environment for each ref that a click may start.",
      });
  },
  async perform(tx, { project, pull, stage }, { number, commit }, actor, settings) {
    if (pull === null || stage === null) throw new BerthError("conflict");
    await recordApproval(tx, actor, pull.id, commit);
    const isBranch = (await tx.ref.count({ where: { projectId: project.id, name: `pr-${number}` } })) > 0;
    const pullRequest = { id: pull.id, name: isBranch ? `pull-${number}` : `pr-${number}` };
    const place = { project, stage, ref: null, pullRequest, baseHost: settings.previewDomain };
    const environment = await ensureEnvironment(tx, actor, place);
    const deploymentId = await requestDeployment(tx, actor, {
      environment,
      trigger: "preview",
      commit,
      subject: pull.subject,
      refName: pull.refName,
    });
    return { environmentId: environment.id, deploymentId, projectSlug: project.slug, environmentName: environment.name };
  },
  subject: ({ project, pull }, { number, commit }, result) => ({
    objectType: "environment",
    objectId: result.environmentId,
    objectName: `pull request ${number}`,
    projectId: project.id,
    environmentId: result.environmentId,
    stageKind: "review" as const,
    detail: { pullRequest: number, commit, author: pull?.authorName ?? null, deployment: result.deploymentId },
  }),
});

interface OpenPull {
  readonly id: string;
  readonly commit: string;
  readonly refName: string;
  readonly subject: string | null;
  readonly authorName: string | null;
}

/** Locked, so that a look at the remote cannot move its head in the middle. */
async function lockPull(tx: Transaction, projectId: string, number: number): Promise<OpenPull | null> {
  const rows = await tx.$queryRaw<OpenPull[]>`
    SELECT id, commit, ref_name AS "refName", subject, author_name AS "authorName" FROM pull_request
    WHERE project_id = ${projectId}::uuid AND number = ${number} AND gone_at IS NULL AND closed_at IS NULL
      AND commit IS NOT NULL AND ref_name IS NOT NULL FOR UPDATE`;
  return rows[0] ?? null;
}

/** Whoever said it first said it. */
async function recordApproval(tx: Transaction, actor: Actor, pullRequestId: string, commit: string): Promise<void> {
  await tx.pullRequestApproval.createMany({
    data: [{ pullRequestId, commit, approvedById: actor.id, approvedByName: actor.name }],
    skipDuplicates: true,
  });
}
