import type { ObservedApp } from "#lib/adapters/marathon/client.ts";
import { describeError, isBerthError } from "#lib/core/errors.ts";
import { appendEvent } from "#lib/platform/events/append.ts";

import { currentTasks } from "../deployments/verify.ts";
import type { WorkerContext } from "../workers/context.ts";
import { judgeImage } from "./judge-image.ts";
import { repositoryName } from "./registry-image.ts";

/** One look asks for at most so many environments; those that were looked at longest ago come first. */
const atOnce = 500;

const selection = {
  id: true,
  projectId: true,
  name: true,
  appId: true,
  clusterId: true,
  instances: true,
  imageCheck: { select: { state: true } },
  liveRelease: { select: { id: true, image: { select: { digest: true, repository: true, engineId: true, pushed: true } } } },
} as const;

/**
 * Built = tested = approved = running, asked where it is true: the registry for what was built, the verdict on the way here for what was
 * approved, the cluster for what its app and tasks are. What differs is told once.
 */
export async function checkImages(context: WorkerContext): Promise<void> {
  const environments = await context.database.environment.findMany({
    where: { destroyedAt: null, desired: "running", liveReleaseId: { not: null }, deployments: { none: { status: { in: [...moving] } } } },
    orderBy: { imageCheck: { checkedAt: "asc" } },
    take: atOnce,
    select: selection,
  });
  const digests = new Map<string, Promise<string | null>>();
  const apps = new Map<string | null, Promise<Map<string, ObservedApp>>>();
  for (const environment of environments) {
    const listed = apps.get(environment.clusterId) ?? listApps(context, environment.clusterId);
    apps.set(environment.clusterId, listed);
    try {
      await checkOne(context, environment, (await listed).get(environment.appId), digests);
    } catch (error) {
      if (!isBerthError(error)) throw error;
      context.log.debug(
        { environment: environment.name, reason: describeError(error) },
        "An image could not be compared; the next look tries again.",
      );
    }
  }
}

const moving = ["preparing", "deploying", "verifying"] as const;
type Checked = Awaited<ReturnType<typeof readOne>>;

async function readOne(context: WorkerContext) {
  return context.database.environment.findFirstOrThrow({ select: selection });
}

async function listApps(context: WorkerContext, clusterId: string | null): Promise<Map<string, ObservedApp>> {
  const { marathon } = await context.clusters.of(clusterId);
  return new Map((await marathon.listApps({ labels: { "berth.instance": context.instance } })).map((app) => [app.id, app]));
}

async function checkOne(
  context: WorkerContext,
  environment: Checked,
  app: ObservedApp | undefined,
  digests: Map<string, Promise<string | null>>,
): Promise<void> {
  const { liveRelease } = environment;
  if (liveRelease === null) return;
  const { image } = liveRelease;
  const key = `${image.repository}@${image.digest}`;
  const asked = digests.get(key) ?? registryDigest(context, image);
  digests.set(key, asked);
  const found = {
    digest: image.digest,
    registryDigest: await asked,
    asksRegistry: image.pushed && context.registry !== null,
    approvedDigest: await approvedDigest(context, environment.id, liveRelease.id),
    expectedImage: image.pushed ? `${image.repository}@${image.digest}` : image.engineId,
    appImage: app?.image ?? null,
    isOfRelease: app?.labels["berth.release"] === liveRelease.id,
    tasks: app?.tasks.filter((task) => task.state === "running").length ?? 0,
    matching: app === undefined ? 0 : currentTasks(app).length,
  };
  await store(context, environment, found);
}

type Found = Parameters<typeof judgeImage>[0];

/** Keeps what was seen; drift is told when it begins. */
async function store(context: WorkerContext, environment: Checked, found: Found): Promise<void> {
  const { state, detail } = judgeImage(found);
  const { digest, registryDigest: registry, approvedDigest: approved, appImage, tasks, matching } = found;
  const row = {
    state,
    detail,
    digest,
    registryDigest: registry,
    approvedDigest: approved,
    appImage,
    tasks,
    matching,
    checkedAt: new Date(),
  };
  await context.database.$transaction(async (tx) => {
    await tx.imageCheck.upsert({
      where: { environmentId: environment.id },
      create: { environmentId: environment.id, ...row },
      update: row,
    });
    if (state !== "drift" || environment.imageCheck?.state === "drift") return;
    await appendEvent(tx, {
      kind: "image.drifted",
      projectId: environment.projectId,
      environmentId: environment.id,
      message: `What runs is not what was approved: ${detail}`,
      detail: { digest, registry, app: appImage },
    });
  });
}

async function registryDigest(
  context: WorkerContext,
  image: { readonly repository: string; readonly digest: string; readonly pushed: boolean },
): Promise<string | null> {
  if (!image.pushed || context.registry === null) return null;
  return context.registry.client.digestOf(repositoryName(context, image), image.digest);
}

/** The digest of the verdict on the way here; null where the release came by no promotion that asked for one. */
async function approvedDigest(context: WorkerContext, environmentId: string, releaseId: string): Promise<string | null> {
  const rows = await context.database.$queryRaw<Array<{ digest: string }>>`
    SELECT v.image_digest AS digest FROM release r
    JOIN deployment d ON d.environment_id = ${environmentId}::uuid JOIN promotion p ON p.id = d.promotion_id AND p.image_id = r.image_id
    JOIN verdict v ON v.environment_id = p.from_environment_id AND v.kind = 'approve' AND v.at <= p.created_at
    WHERE r.id = ${releaseId}::uuid AND p.kind = 'promotion' ORDER BY p.created_at DESC, v.number DESC LIMIT 1`;
  return rows[0]?.digest ?? null;
}
