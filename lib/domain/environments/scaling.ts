import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";

import { type Actor, authorise } from "../access/policy.ts";
import type { Reader } from "../projects/head.ts";
import { refuse, whyNotScale, whyNotScaleTo } from "./gates.ts";
import { policyObject } from "./load.ts";
import { type ScaleEffect, type ScalingFacts, roomFor, scaleEffect } from "./words-of-scaling.ts";

/** What was read longer ago than this says nothing of now. */
const freshMs = 60_000;
const hostsSchema = z.array(z.object({ cpus: z.number(), mem: z.number() }));

interface Scaled {
  readonly clusterId: string | null;
  readonly instances: number;
  readonly desired: "running" | "stopped" | "destroyed";
  readonly liveRelease: { readonly cpus: number; readonly mem: number } | null;
  readonly stage: { readonly cpus: number; readonly mem: number; readonly instances: number };
}

/** What the sheet for a scaling needs to know, with the room the cluster has for instances of this size. */
export async function scalingFacts(reader: Pick<Reader, "database">, environment: Scaled): Promise<ScalingFacts> {
  const { cpus, mem } = environment.liveRelease ?? environment.stage;
  const snapshot = await reader.database.clusterSnapshot.findUnique({
    where: environment.clusterId === null ? { id: 1 } : { clusterId: environment.clusterId },
    select: { hosts: true, readAt: true },
  });
  const isFresh = snapshot !== null && Date.now() - snapshot.readAt.getTime() < freshMs;
  const hosts = isFresh ? (hostsSchema.safeParse(snapshot.hosts).data ?? null) : null;
  return {
    instances: environment.instances,
    each: { cpus, mem },
    room: hosts === null ? null : roomFor(hosts, { cpus, mem }),
    stageInstances: environment.stage.instances,
    stopped: environment.desired === "stopped",
  };
}

/** What `scale` would do, or has just done `from` another number, for whoever may do it; changes nothing. Throws `not_found`, `forbidden`, `invalid_input`, `conflict`. */
export async function previewScale(
  reader: Reader,
  actor: Actor,
  id: string,
  { to, from }: { readonly to: number; readonly from?: number | undefined },
): Promise<ScaleEffect> {
  const row = await reader.database.environment.findUnique({
    where: { id },
    select: {
      projectId: true,
      clusterId: true,
      desired: true,
      destroyedAt: true,
      instances: true,
      project: { select: { deletedAt: true } },
      liveRelease: { select: { cpus: true, mem: true } },
      stage: { select: { kind: true, cpus: true, mem: true, instances: true } },
    },
  });
  if (row === null || row.destroyedAt !== null || row.project.deletedAt !== null) throw new BerthError("not_found");
  authorise(actor, "scale", policyObject({ projectId: row.projectId, stageKind: row.stage.kind }));
  whyNotScaleTo(to);
  refuse(whyNotScale(row));
  return scaleEffect(await scalingFacts(reader, { ...row, instances: from ?? row.instances }), to);
}
