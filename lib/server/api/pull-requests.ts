import { z } from "zod";

import { approveFields, approvePullRequest } from "#lib/domain/pull-requests/commands/approve.ts";
import { followPullRequests } from "#lib/domain/pull-requests/commands/follow.ts";
import { listPullRequests } from "#lib/domain/pull-requests/queries.ts";

import { operation } from "./operation.ts";
import { slugParams, time } from "./schemas.ts";

const pullRequestSchema = z
  .object({
    number: z.number(),
    title: z.string().nullable(),
    author: z.string().nullable(),
    commit: z.string(),
    changedAt: time,
    approval: z.object({ by: z.string(), at: time }).nullable().meta({ description: "Who approved this very commit" }),
    environment: z
      .object({ id: z.uuid(), name: z.string(), serving: z.string(), commit: z.string().nullable() })
      .nullable()
      .meta({ description: "Where an approved commit of it runs" }),
  })
  .meta({ id: "PullRequest" });

export const pullRequestOperations = [
  operation({
    method: "GET",
    path: "/projects/{slug}/pull-requests",
    id: "listPullRequests",
    summary: "Open pull requests from forks, the newest first; at most 200",
    tag: "refs",
    params: slugParams,
    success: { status: 200, schema: z.object({ on: z.boolean(), pullRequests: z.array(pullRequestSchema) }) },
    async run({ services, actor, params }) {
      const { on, rows } = await listPullRequests(services, actor, params.slug);
      return { on, pullRequests: [...rows] };
    },
  }),
  operation({
    method: "PUT",
    path: "/projects/{slug}/pull-requests",
    id: "followPullRequests",
    summary: "Follow the remote’s pull requests, or no longer",
    tag: "refs",
    params: slugParams,
    body: z.strictObject({ on: z.boolean() }),
    success: { status: 200, schema: z.object({ on: z.boolean() }) },
    run: ({ services, actor, params, body }) => followPullRequests.run(services, actor, { ...body, project: params.slug }),
  }),
  operation({
    method: "POST",
    path: "/projects/{slug}/pull-requests/{number}/approve",
    id: "approvePullRequest",
    summary: "Approve one commit of a pull request, and preview it without secrets",
    tag: "refs",
    params: z.strictObject({ ...slugParams.shape, number: z.coerce.number().int().min(1).max(999_999_999) }),
    body: z.strictObject(approveFields),
    success: { status: 202, schema: z.object({ environmentId: z.uuid(), deploymentId: z.uuid(), environmentName: z.string() }) },
    async run({ services, actor, params, body }) {
      const { environmentId, deploymentId, environmentName } = await approvePullRequest.run(services, actor, {
        ...body,
        project: params.slug,
        number: params.number,
      });
      return { environmentId, deploymentId, environmentName };
    },
  }),
];
