import { randomUUID } from "node:crypto";

import { BerthError, isBerthError } from "#lib/core/errors.ts";
import { openBuildStatuses } from "#lib/core/states.ts";
import type { Transaction } from "#lib/platform/database/client.ts";

import { actorOfPerson } from "../access/authenticate.ts";
import { may } from "../access/policy.ts";
import { ringWaiting } from "../builds/lease.ts";
import { imageTagOf, recipeOf } from "../builds/recipe.ts";
import { syncRefs } from "../refs/sync.ts";
import type { WorkerContext } from "../workers/context.ts";

/** What accepting needs of the worker. */
type Context = WorkerContext;
type HandOver = NonNullable<Awaited<ReturnType<typeof readWaiting>>>;

/** Worth trying again; everything else is an answer. */
const transient: readonly string[] = ["registry_unavailable", "git_unreachable", "git_timed_out", "unavailable"];

/**
 * Looks whether what was handed over is so: the ref is at that commit now, the registry has the image, the one who handed it over may still
 * push. Then it is the commit's build, and whoever waits for that build goes on. Ends the row, or throws for the queue to try again.
 */
export async function acceptImage(context: Context, id: string): Promise<void> {
  const handOver = await readWaiting(context, id);
  if (handOver === null) return;
  try {
    await checkRight(context, handOver);
    const author = await checkRef(context, handOver);
    const image = await checkImage(context, handOver);
    await context.database.$transaction((tx) => keep(tx, handOver, { ...image, ...author }));
  } catch (error) {
    if (!isBerthError(error) || transient.includes(error.code)) throw error;
    await context.database.imageHandOver.updateMany({
      where: { id, state: "waiting" },
      data: { state: "refused", errorCode: error.code, errorText: error.detail ?? null, endedAt: new Date() },
    });
  }
}

function readWaiting(context: Context, id: string) {
  return context.database.imageHandOver.findFirst({
    where: { id, state: "waiting", project: { deletedAt: null } },
    include: { project: { select: { id: true, slug: true, dockerfilePath: true, contextPath: true } } },
  });
}

/** Throws `forbidden` when the one who handed it over may not push any more: between that and the work lies a queue. */
export async function checkRight(
  { database }: Pick<Context, "database">,
  { handedOverById, handedOverByName, projectId }: Pick<HandOver, "handedOverById" | "handedOverByName" | "projectId">,
): Promise<void> {
  if (handedOverById === null) return;
  const actor = await actorOfPerson(database, handedOverById);
  if (actor === null || !may(actor, "push", { type: "project", projectId }))
    throw new BerthError("forbidden", { detail: `${handedOverByName} may not push to this project any more.` });
}

/** The remote says what the ref is, not the one who hands over. */
async function checkRef(context: Context, { projectId, refName, commit }: HandOver) {
  const before = new Date();
  await syncRefs(context, projectId);
  const project = await context.database.project.findUniqueOrThrow({
    where: { id: projectId },
    select: { syncedAt: true, syncErrorCode: true, syncErrorText: true },
  });
  if (project.syncedAt === null || project.syncedAt < before || project.syncErrorCode !== null)
    throw new BerthError("unavailable", { detail: project.syncErrorText ?? "The repository could not be read." });
  const ref = await context.database.ref.findFirst({
    where: {
      projectId,
      kind: refName.startsWith("refs/tags/") ? "tag" : "branch",
      name: refName.replace(/^refs\/(?:heads|tags)\//, ""),
      goneAt: null,
    },
    select: { commit: true, authorName: true, authorEmail: true },
  });
  if (ref === null) throw new BerthError("source_gone", { detail: `There is no ${refName} in the repository.` });
  if (ref.commit !== commit)
    throw new BerthError("source_gone", { detail: `${refName} is at ${ref.commit.slice(0, 12)} and not at ${commit.slice(0, 12)}.` });
  return { authorName: ref.authorName, authorEmail: ref.authorEmail };
}

/**
 * Only the platform's registry, and in it only what is the project's own: the registry is one for all, and a digest is no secret.
 */
async function checkImage(context: Context, handOver: HandOver) {
  const { registry } = context;
  if (registry === null) throw new BerthError("registry_refused", { detail: "This installation has no registry to take images from." });
  const own = `${registry.prefix}/${handOver.project.slug}`;
  if (handOver.repository !== own && !handOver.repository.startsWith(`${own}/`))
    throw new BerthError("registry_refused", { detail: `Push the image to ${own} or below it; others are not taken.` });
  const name = handOver.repository.slice(registry.prefix.length + 1);
  const image = await registry.client.readImage(name, handOver.digest);
  if (image === null) throw new BerthError("image_missing", { detail: `The registry has no ${handOver.digest.slice(0, 19)} in ${name}.` });
  const recipe = recipeOf(handOver.project);
  // Before the tag is given: one that is refused must not take it from the image that has it.
  refuseOther(handOver, await readKnown(context.database, handOver, recipe));
  const tag = imageTagOf({ commit: handOver.commit, recipe });
  // A manifest without a tag is garbage to a registry.
  await registry.client.tag(name, handOver.digest, tag);
  return { ...image, tag };
}

interface Kept {
  readonly configDigest: string;
  readonly ports: readonly number[];
  readonly sizeBytes: number;
  readonly tag: string;
  readonly authorName: string | null;
  readonly authorEmail: string | null;
}

interface KnownBuild {
  readonly id: string;
  readonly status: string;
  readonly digest: string | null;
}

/** The commit's build that is open or ended well, its row locked for the transaction. */
async function readKnown(
  database: Pick<Transaction, "$queryRaw">,
  { projectId, commit }: HandOver,
  recipe: string,
): Promise<KnownBuild | undefined> {
  const [known] = await database.$queryRaw<KnownBuild[]>`
    SELECT b.id, b.status::text AS status, i.digest FROM build b LEFT JOIN image i ON i.id = b.image_id
    WHERE b.project_id = ${projectId}::uuid AND b.commit = ${commit} AND b.recipe = ${recipe}
      AND b.expired_at IS NULL AND b.status::text = ANY(${[...openBuildStatuses, "built"]}) LIMIT 1 FOR UPDATE OF b`;
  return known;
}

function refuseOther(handOver: HandOver, known: KnownBuild | undefined): void {
  if (known?.status !== "built" || known.digest === handOver.digest) return;
  throw new BerthError("already_exists", { detail: `This commit has its image already: ${known.digest?.slice(0, 19) ?? "another one"}.` });
}

/** The image and its build; a build of Berth's own that is still under way gives way, one that ended well stays: a commit is built once. */
async function keep(tx: Transaction, handOver: HandOver, found: Kept): Promise<void> {
  const { projectId, commit, project } = handOver;
  const recipe = recipeOf(project);
  const known = await readKnown(tx, handOver, recipe);
  refuseOther(handOver, known);
  if (known?.status === "built") return end(tx, handOver.id, null);
  const image = await keepImage(tx, handOver, found);
  const now = new Date();
  const done = { status: "built", imageId: image.id, endedAt: now, requestedByName: handOver.handedOverByName, leasedBy: null } as const;
  const buildId = known?.id ?? randomUUID();
  if (known === undefined)
    await tx.build.create({
      data: {
        id: buildId,
        projectId,
        commit,
        recipe,
        dockerfilePath: project.dockerfilePath,
        contextPath: project.contextPath,
        refName: handOver.refName,
        logId: randomUUID(),
        startedAt: now,
        ...done,
      },
      select: { id: true },
    });
  // The epoch moves on: a worker that builds the commit just now finds its lease gone and writes nothing.
  else await tx.build.update({ where: { id: buildId }, data: { ...done, leaseEpoch: { increment: 1 } }, select: { id: true } });
  await ringWaiting(tx, { id: buildId, projectId }, "build.built");
  await end(tx, handOver.id, image.id);
}

function keepImage(tx: Transaction, handOver: HandOver, found: Kept): Promise<{ id: string }> {
  return tx.image.create({
    data: {
      projectId: handOver.projectId,
      commit: handOver.commit,
      repository: handOver.repository,
      tag: found.tag,
      digest: handOver.digest,
      engineId: found.configDigest,
      pushed: true,
      ports: [...found.ports],
      sizeBytes: BigInt(found.sizeBytes),
      authorName: found.authorName,
      authorEmail: found.authorEmail,
      handedOverById: handOver.handedOverById,
      handedOverByName: handOver.handedOverByName,
    },
    select: { id: true },
  });
}

async function end(tx: Transaction, id: string, imageId: string | null): Promise<void> {
  await tx.imageHandOver.updateMany({ where: { id, state: "waiting" }, data: { state: "accepted", imageId, endedAt: new Date() } });
}
