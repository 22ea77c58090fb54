import { z } from "zod";

import { chooseCluster } from "#lib/domain/clusters/commands/choose.ts";
import { addCluster, updateCluster } from "#lib/domain/clusters/commands/edit.ts";
import { checkCluster, removeCluster } from "#lib/domain/clusters/commands/remove.ts";
import { getCluster, getClusterChoice, listClusters } from "#lib/domain/clusters/queries.ts";
import { addClusterInput, credentialKinds, updateClusterInput } from "#lib/domain/clusters/schema.ts";

import { operation } from "./operation.ts";
import { idParams, slugParams, time } from "./schemas.ts";

const findingSchema = z
  .object({
    code: z.string(),
    state: z.enum(["ok", "warning", "problem", "unknown"]),
    words: z.string(),
    wayOut: z.string().nullable(),
  })
  .meta({ id: "ClusterFinding" });
const stateSchema = z.enum(["checking", "up", "down"]);
const listedSchema = z
  .object({
    id: z.uuid(),
    slug: z.string(),
    name: z.string(),
    isDefault: z.boolean(),
    embedded: z.boolean(),
    urls: z.array(z.string()).readonly(),
    state: stateSchema,
    since: time,
    detail: z.string().nullable(),
    version: z.string().nullable(),
    leader: z.string().nullable(),
    environments: z.number(),
    findings: z.array(findingSchema).readonly().nullable(),
    checkedAt: time.nullable(),
    checking: z.boolean(),
  })
  .meta({ id: "ListedCluster" });
const clusterSchema = listedSchema
  .extend({
    credentials: z.enum(credentialKinds),
    username: z.string().nullable(),
    caCertificate: z.string().nullable(),
    mesosUrl: z.string().nullable(),
    addedByName: z.string().nullable(),
    createdAt: time,
    seenAt: time.nullable(),
    users: z.array(z.object({ slug: z.string(), name: z.string(), environments: z.number() })).readonly(),
    chosenBy: z.array(z.object({ slug: z.string(), name: z.string() })).readonly(),
  })
  .meta({ id: "Cluster" });
const choiceSchema = z
  .object({
    slug: z.string(),
    chosen: z.uuid().nullable(),
    defaultName: z.string(),
    options: z.array(z.object({ id: z.uuid(), name: z.string(), state: stateSchema, answered: z.boolean() })).readonly(),
    stages: z.array(z.object({ name: z.string(), title: z.string(), own: z.boolean(), chosen: z.uuid().nullable() })).readonly(),
    elsewhere: z.array(z.object({ name: z.string(), cluster: z.string() })).readonly(),
  })
  .meta({ id: "ClusterChoice" });
const choiceInput = z.strictObject({
  stage: z.string().min(1).max(64).optional(),
  cluster: z.union([z.uuid(), z.literal("default"), z.literal("project")]),
});

export const clusterOperations = [
  operation({
    method: "GET",
    path: "/clusters",
    id: "listClusters",
    summary: "All clusters, the one of the settings first",
    tag: "clusters",
    success: { status: 200, schema: z.object({ clusters: z.array(listedSchema) }) },
    run: async ({ services, actor }) => ({ clusters: await listClusters(services, actor) }),
  }),
  operation({
    method: "POST",
    path: "/clusters",
    id: "addCluster",
    summary: "Attach a cluster; Berth tries it at once, and it can be chosen when it has answered",
    tag: "clusters",
    body: addClusterInput,
    success: { status: 201, schema: clusterSchema },
    async run({ services, actor, body }) {
      const { id } = await addCluster.run(services, actor, body);
      return getCluster(services, actor, id);
    },
  }),
  operation({
    method: "GET",
    path: "/clusters/{id}",
    id: "getCluster",
    summary: "A cluster with the doctor's findings; never its secret",
    tag: "clusters",
    params: idParams,
    success: { status: 200, schema: clusterSchema },
    run: ({ services, actor, params }) => getCluster(services, actor, params.id),
  }),
  operation({
    method: "PATCH",
    path: "/clusters/{id}",
    id: "updateCluster",
    summary: "Change how a cluster is called or reached; reached differently it is tried anew",
    tag: "clusters",
    params: idParams,
    body: updateClusterInput.omit({ cluster: true }),
    success: { status: 200, schema: clusterSchema },
    async run({ services, actor, params, body }) {
      await updateCluster.run(services, actor, { ...body, cluster: params.id });
      return getCluster(services, actor, params.id);
    },
  }),
  operation({
    method: "DELETE",
    path: "/clusters/{id}",
    id: "removeCluster",
    summary: "Detach a cluster that nothing uses",
    tag: "clusters",
    params: idParams,
    success: { status: 200, schema: z.object({ status: z.literal("done") }) },
    async run({ services, actor, params }) {
      await removeCluster.run(services, actor, { cluster: params.id });
      return { status: "done" as const };
    },
  }),
  operation({
    method: "POST",
    path: "/clusters/{id}/check",
    id: "checkCluster",
    summary: "Have the doctor look at a cluster now; `checking` is false again when that is done",
    tag: "clusters",
    params: idParams,
    success: { status: 202, schema: clusterSchema },
    async run({ services, actor, params }) {
      await checkCluster.run(services, actor, { cluster: params.id });
      return getCluster(services, actor, params.id);
    },
  }),
  operation({
    method: "GET",
    path: "/projects/{slug}/cluster",
    id: "getClusterChoice",
    summary: "Where new environments of a project and its stages are made, and which still run elsewhere",
    tag: "clusters",
    params: slugParams,
    success: { status: 200, schema: choiceSchema },
    run: ({ services, actor, params }) => getClusterChoice(services, actor, params.slug),
  }),
  operation({
    method: "PUT",
    path: "/projects/{slug}/cluster",
    id: "chooseCluster",
    summary: "Choose where new environments of a project, or of one of its stages, are made",
    tag: "clusters",
    params: slugParams,
    body: choiceInput,
    success: { status: 200, schema: choiceSchema },
    async run({ services, actor, params, body }) {
      await chooseCluster.run(services, actor, { ...body, project: params.slug });
      return getClusterChoice(services, actor, params.slug);
    },
  }),
];
