import { z } from "zod";

import type { Actor } from "#lib/domain/access/policy.ts";
import { cancel } from "#lib/domain/deployments/commands/cancel.ts";
import { getDeployment } from "#lib/domain/deployments/queries.ts";
import { destroy } from "#lib/domain/environments/commands/destroy.ts";
import { preview } from "#lib/domain/environments/commands/preview.ts";
import { redeploy } from "#lib/domain/environments/commands/redeploy.ts";
import { resetDelay } from "#lib/domain/environments/commands/reset-delay.ts";
import { restart } from "#lib/domain/environments/commands/restart.ts";
import { scale } from "#lib/domain/environments/commands/scale.ts";
import { start } from "#lib/domain/environments/commands/start.ts";
import { stop } from "#lib/domain/environments/commands/stop.ts";
import { type EnvironmentPage, getEnvironmentById, listEnvironments } from "#lib/domain/environments/queries.ts";
import { previewScale } from "#lib/domain/environments/scaling.ts";

import type { Services } from "../services.ts";
import { deploymentLogResponse } from "../streams/log.ts";
import { operation } from "./operation.ts";
import { deploymentSchema, environmentSchema, idParams, scaleEffectSchema, slugParams, startedSchema } from "./schemas.ts";
import { standingJson } from "./standing.ts";

function environmentJson(page: EnvironmentPage) {
  const status = page.destroyedAt !== null ? "destroyed" : page.desired === "destroyed" ? "destroying" : page.serving;
  return {
    id: page.id,
    name: page.name,
    project: page.project.slug,
    stage: page.stage.name,
    ref: page.ref,
    url: page.url,
    status,
    statusDetail: page.servingDetail,
    desired: page.desired,
    instances: page.instances,
    crashes:
      page.incident === null
        ? null
        : {
            count: page.incident.count,
            reason: page.incident.reason,
            since: page.incident.since,
            nextTryAt: page.incident.nextTryAt,
            log: page.incident.tail,
          },
    release: page.live,
    standing: standingJson(page.standing),
    deployment: page.current ?? page.last,
    cluster: page.cluster,
    createdAt: page.createdAt,
    createdBy: page.createdBy,
  };
}

async function started(services: Services, actor: Actor, result: { environmentId: string; deploymentId?: string }) {
  const page = await getEnvironmentById(services, actor, result.environmentId);
  return { id: page.id, url: page.url, deployment: result.deploymentId === undefined ? null : { id: result.deploymentId } };
}

const verbs = { restart, start, stop } as const;

export const environmentOperations = [
  operation({
    method: "POST",
    path: "/projects/{slug}/environments",
    id: "createEnvironment",
    summary: "Preview a branch or tag: its environment is made when missing and its head deployed",
    tag: "environments",
    params: slugParams,
    body: z.strictObject({ stage: z.string().optional(), ref: z.string() }),
    success: { status: 202, schema: startedSchema },
    run: async ({ services, actor, params, body }) =>
      started(services, actor, await preview.run(services, actor, { ...body, project: params.slug })),
  }),
  operation({
    method: "GET",
    path: "/projects/{slug}/environments",
    id: "listEnvironments",
    summary: "Environments of a project that you may view",
    tag: "environments",
    params: slugParams,
    success: { status: 200, schema: z.object({ environments: z.array(environmentSchema) }) },
    run: async ({ services, actor, params }) => ({
      environments: (await listEnvironments(services, actor, params.slug)).map(environmentJson),
    }),
  }),
  operation({
    method: "GET",
    path: "/environments/{id}",
    id: "getEnvironment",
    summary: "One environment with what runs in it",
    tag: "environments",
    params: idParams,
    success: { status: 200, schema: environmentSchema },
    run: async ({ services, actor, params }) => environmentJson(await getEnvironmentById(services, actor, params.id)),
  }),
  operation({
    method: "DELETE",
    path: "/environments/{id}",
    id: "destroyEnvironment",
    summary: "Take an environment down with its containers, route and image",
    tag: "environments",
    params: idParams,
    success: { status: 202, schema: startedSchema },
    run: async ({ services, actor, params }) => started(services, actor, await destroy.run(services, actor, { environment: params.id })),
  }),
  operation({
    method: "POST",
    path: "/environments/{id}/redeploy",
    id: "redeployEnvironment",
    summary: "Deploy the head of its ref again; of a tag that moved, the image that runs, unless you name the new commit",
    tag: "environments",
    params: idParams,
    query: z.object({ commit: z.string().optional() }),
    success: { status: 202, schema: startedSchema },
    run: async ({ services, actor, params, query }) =>
      started(services, actor, await redeploy.run(services, actor, { environment: params.id, commit: query.commit })),
  }),
  ...(["restart", "stop", "start"] as const).map((verb) =>
    operation({
      method: "POST",
      path: `/environments/{id}/${verb}`,
      id: `${verb}Environment`,
      summary: {
        restart: "Replace its tasks by new ones of the same release, without a pause",
        stop: "Stop its containers; release and URL stay",
        start: "Start it with the release that was live",
      }[verb],
      tag: "environments",
      params: idParams,
      success: { status: 202, schema: startedSchema },
      run: async ({ services, actor, params }) =>
        started(services, actor, await verbs[verb].run(services, actor, { environment: params.id })),
    }),
  ),
  operation({
    method: "POST",
    path: "/environments/{id}/scale",
    id: "scaleEnvironment",
    summary: "Set how many instances it has (1 to 50), without a new release; with dryRun only say what that would mean",
    tag: "environments",
    params: idParams,
    body: z.strictObject({ instances: z.number().int().min(0), dryRun: z.boolean().optional() }),
    success: { status: 202, schema: scaleEffectSchema },
    async run({ services, actor, params, body: { instances, dryRun = false } }) {
      const done = dryRun ? null : await scale.run(services, actor, { environment: params.id, instances });
      return { ...(await previewScale(services, actor, params.id, { to: instances, from: done?.from })), dryRun };
    },
  }),
  operation({
    method: "POST",
    path: "/environments/{id}/reset-delay",
    id: "resetDelayOfEnvironment",
    summary: "Have the cluster start a crashing app again now instead of after its pause",
    tag: "environments",
    params: idParams,
    success: { status: 202, schema: startedSchema },
    run: async ({ services, actor, params }) => started(services, actor, await resetDelay.run(services, actor, { environment: params.id })),
  }),
  operation({
    method: "GET",
    path: "/deployments/{id}",
    id: "getDeployment",
    summary: "One deployment with its steps",
    tag: "deployments",
    params: idParams,
    success: { status: 200, schema: deploymentSchema },
    async run({ services, actor, params }) {
      const page = await getDeployment(services, actor, params.id);
      return { ...page.deployment, environment: page.environment, steps: [...page.steps] };
    },
  }),
  operation({
    method: "POST",
    path: "/deployments/{id}/cancel",
    id: "cancelDeployment",
    summary: "End a deployment that waits or runs",
    tag: "deployments",
    params: idParams,
    success: { status: 202, schema: z.object({ id: z.uuid() }) },
    async run({ services, actor, params }) {
      await cancel.run(services, actor, { deployment: params.id });
      return { id: params.id };
    },
  }),
  operation({
    method: "GET",
    path: "/deployments/{id}/log",
    id: "getDeploymentLog",
    summary: "The build log as text, or followed as server-sent events with Accept: text/event-stream or follow=true",
    tag: "deployments",
    params: idParams,
    query: z.object({ follow: z.enum(["true", "false"]).optional() }),
    success: { status: 200, contentType: "text/plain" },
    run: ({ services, actor, params, query, request }) =>
      deploymentLogResponse(services, actor, params.id, {
        follow: query.follow === "true" || (request.headers.get("accept") ?? "").includes("text/event-stream"),
        request,
      }),
  }),
];
