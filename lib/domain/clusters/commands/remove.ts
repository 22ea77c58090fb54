import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";
import type { Transaction } from "#lib/platform/database/client.ts";
import { enqueue } from "#lib/platform/queue/enqueue.ts";

import { defineCommand } from "../../command.ts";
import { found } from "../../people/load.ts";
import { lockCluster } from "../load.ts";
import { refuseSettings } from "./edit.ts";

const platform = { type: "platform" } as const;
const input = z.strictObject({ cluster: z.uuid() });
const namedAtMost = 10;

/** Detaches a cluster that nothing uses and nobody has chosen. Nothing at the cluster itself is touched. */
export const removeCluster = defineCommand({
  name: "cluster.remove",
  input,
  async load(tx, { cluster }) {
    const row = await lockCluster(tx, cluster);
    return { row, uses: row === null ? [] : await usesOf(tx, row.id) };
  },
  verb: "manage_clusters",
  object: () => platform,
  gate({ row, uses }) {
    refuseSettings(found(row));
    if (uses.length === 0) return;
    const more = uses.length - namedAtMost;
    throw new BerthError("conflict", {
      detail: `It is still used by ${uses.slice(0, namedAtMost).join(", ")}${more > 0 ? `, and ${more} more` : ""}. Destroy the environments, and have the projects choose another cluster, first.`,
    });
  },
  async perform(tx, { row }) {
    const { id, name, urls, secretId } = found(row);
    // What is gone from there needs it no more; the audit log says where it ran.
    await tx.environment.updateMany({ where: { clusterId: id, destroyedAt: { not: null } }, data: { clusterId: null } });
    // The choice of a project that was deleted, or of a stage that was removed, holds nothing.
    await tx.project.updateMany({ where: { clusterId: id, deletedAt: { not: null } }, data: { clusterId: null } });
    await tx.stage.updateMany({ where: { clusterId: id }, data: { clusterId: null } });
    await tx.cluster.delete({ where: { id }, select: { id: true } });
    if (secretId !== null) await tx.sealedSecret.deleteMany({ where: { id: secretId } });
    return { id, name, urls };
  },
  subject: (_loaded, _input, { id, name, urls }) => ({
    objectType: "cluster",
    objectId: id,
    objectName: name,
    projectId: null,
    before: { name, urls },
  }),
});

/** What holds a cluster, in words: environments first. */
async function usesOf(tx: Transaction, clusterId: string): Promise<string[]> {
  const environments = await tx.environment.findMany({
    where: { clusterId, destroyedAt: null },
    select: { name: true, project: { select: { slug: true } } },
    orderBy: { createdAt: "asc" },
  });
  const projects = await tx.project.findMany({ where: { clusterId, deletedAt: null }, select: { slug: true }, orderBy: { slug: "asc" } });
  const stages = await tx.stage.findMany({
    where: { clusterId, removedAt: null, project: { deletedAt: null } },
    select: { name: true, project: { select: { slug: true } } },
  });
  return [
    ...environments.map(({ name, project }) => `${project.slug}/${name}`),
    ...projects.map(({ slug }) => `the project ${slug}`),
    ...stages.map(({ name, project }) => `the stage ${name} of ${project.slug}`),
  ];
}

/** Has the doctor look at a cluster now. */
export const checkCluster = defineCommand({
  name: "cluster.check",
  input,
  load: (tx, { cluster }) => lockCluster(tx, cluster),
  verb: "manage_clusters",
  object: () => platform,
  async perform(tx, row) {
    const { id, name } = found(row);
    await tx.cluster.update({ where: { id }, data: { checkRequestedAt: new Date() }, select: { id: true } });
    await enqueue(tx, { task: "check-cluster", payload: { clusterId: id } });
    return { id, name };
  },
  subject: (_row, _input, { id, name }) => ({ objectType: "cluster", objectId: id, objectName: name, projectId: null }),
});
