import { buildImage } from "#lib/adapters/docker/build.ts";
import { prepareContext } from "#lib/adapters/docker/context.ts";
import { checkDockerfile } from "#lib/adapters/docker/dockerfile.ts";
import { inspectImage } from "#lib/adapters/docker/images.ts";
import { pushImage } from "#lib/adapters/docker/push.ts";
import { type CommitInfo, fetchCommit, readCommits } from "#lib/adapters/git/mirror.ts";
import { parsePullRef } from "#lib/adapters/git/ref-name.ts";
import { archive, pathKind, readFile } from "#lib/adapters/git/tree.ts";
import { BerthError, describeError, isBerthError } from "#lib/core/errors.ts";
import { type BuildStatus, runningBuildStatuses, type StepName } from "#lib/core/states.ts";
import { isDatabaseDown } from "#lib/platform/database/client.ts";
import { enqueue } from "#lib/platform/queue/enqueue.ts";

import { beginStep, finishStep, resetSteps } from "../deployments/steps.ts";
import { type LogSink, openLogSink } from "../logs/sink.ts";
import { buildPaths, requireRight } from "../pipeline-files/apply.ts";
import { learnPipelineFile } from "../pipeline-files/read.ts";
import type { WorkerContext } from "../workers/context.ts";
import { LeaseLost, type LeasedBuild, claimBuild, maxAttempts, moveBuild, ringWaiting, waitingDeployments } from "./lease.ts";
import { provenanceOf } from "./provenance.ts";
import { imageTagOf } from "./recipe.ts";
import { openSource } from "./source.ts";

const fetchTimeoutMs = 10 * 60_000;
const pushTimeoutMs = 15 * 60_000;
const cancelPollMs = 1_000;
const retryAfterMs = 5_000;
const reviveAfterMs = 60_000;
/** Images are left alone while they are younger than five seconds. */
const unwantedAfterMs = 10_000;
/** How long a part may be away before its absence ends a build. */
const patienceMs = 5 * 60_000;
const transient = ["docker_unavailable", "registry_unavailable", "git_unreachable", "git_timed_out", "disk_full"] as const;
const dockerfileMaxBytes = 1024 * 1024;

const runningHere = new Set<string>();

/**
 * Turns one commit into one image: fetch, check, build, push. Ends the build's row in a final state, puts it back into the queue, or throws:
 * LeaseLost, or what kept it from writing down the end, and then the queue's next try takes the build again.
 */
export async function runBuild(context: WorkerContext, buildId: string): Promise<void> {
  if (runningHere.has(buildId)) return;
  runningHere.add(buildId);
  try {
    await runClaimed(context, buildId);
  } finally {
    runningHere.delete(buildId);
  }
}

/**
 * Rings for builds that wait, and for those this worker holds and does not work on: what is left when a job could not write down how it
 * ended. A ring too many changes nothing.
 */
export async function reviveBuilds(context: WorkerContext): Promise<void> {
  const open = await context.database.build.findMany({
    where: { OR: [{ status: "queued" }, { status: { in: [...runningBuildStatuses] }, leasedBy: context.poolId() }] },
    select: { id: true, status: true, createdAt: true },
  });
  for (const { id, status, createdAt } of open) {
    const isFresh = status === "queued" && Date.now() - createdAt.getTime() < reviveAfterMs;
    if (!isFresh && !runningHere.has(id)) await enqueue(context.database, { task: "run-build", payload: { buildId: id } });
  }
}

async function runClaimed(context: WorkerContext, buildId: string): Promise<void> {
  const build = await claimBuild(context.database, buildId, context.poolId());
  if (build === null) return;
  const sink = openLogSink(context.database, { logId: build.logId, secrets: [], log: context.log });
  const stop = new AbortController();
  const watch = setInterval(() => void watchForCancel(context, build, stop), cancelPollMs);
  try {
    if (build.attempt > maxAttempts) throw new BerthError("worker_lost");
    if (build.attempt > 1) sink.write(`— begun again, attempt ${build.attempt} —\n`);
    await makeImage(context, build, sink, stop.signal);
  } catch (error) {
    if (error instanceof LeaseLost) throw error;
    await endBadly(
      context,
      build,
      sink,
      stop.signal.aborted && !isBerthError(stop.signal.reason, "build_timed_out")
        ? new BerthError("build_cancelled", { cause: error })
        : error,
    );
  } finally {
    clearInterval(watch);
    await sink.close();
  }
}

async function makeImage(context: WorkerContext, claimed: LeasedBuild, sink: LogSink, signal: AbortSignal): Promise<void> {
  await enter(context, claimed, null, "fetch");
  const { source, mirror } = await openSource(context, claimed.projectId);
  const { gitDir } = await fetchCommit(context.git, source, mirror, {
    fullRef: claimed.refName,
    commit: claimed.commit,
    timeoutMs: fetchTimeoutMs,
    signal,
  });
  const build = await asTheFileSays(context, claimed, gitDir);
  const dockerignore = await checkSource(context, build, gitDir);
  await enter(context, build, "building", "build", "fetch");
  const repository = context.registry === null ? build.projectSlug : `${context.registry.prefix}/${build.projectSlug}`;
  const name = { repository, tag: imageTagOf(build) };
  const work = (await readCommits(context.git, gitDir, [build.commit])).get(build.commit);
  const provenance = await provenanceOf(context, build, work);
  const reference = `${name.repository}:${name.tag}`;
  const engineId = await buildOnEngine(context, build, { gitDir, dockerignore, reference, provenance, sink, signal });
  const digest = await publish(context, build, { ...name, engineId, sink, signal });
  await recordImage(context, build, { ...name, engineId, digest, ...authorsIn(work) });
}

/** The file is a function of the commit, so that commit and recipe go on deciding the image. Throws `pipeline_file_invalid`. */
async function asTheFileSays(context: WorkerContext, build: LeasedBuild, gitDir: string): Promise<LeasedBuild> {
  const file = await learnPipelineFile(context, { ...build, gitDir });
  requireRight(file);
  return { ...build, ...buildPaths(build, file.parsed) };
}

interface EngineBuild {
  readonly gitDir: string;
  readonly dockerignore: string | null;
  readonly reference: string;
  readonly provenance: Readonly<Record<string, string>>;
  readonly sink: LogSink;
  readonly signal: AbortSignal;
}

/** The commit's files go from git to the engine as a stream; nothing is checked out. Returns the engine's id of the image. */
async function buildOnEngine(context: WorkerContext, build: LeasedBuild, what: EngineBuild): Promise<string> {
  const { stream, done } = archive(context.git, what.gitDir, build.commit, build.contextPath, { signal: what.signal });
  const rules = { dockerignore: what.dockerignore, dockerfile: build.dockerfilePath, maxBytes: context.builds.contextMaxBytes };
  const [{ engineId }] = await Promise.all([
    buildImage(context.engine, {
      context: prepareContext(stream, rules),
      dockerfile: build.dockerfilePath,
      reference: what.reference,
      labels: { "berth.instance": context.instance, "berth.project": build.projectId, ...what.provenance },
      // What a stranger's build leaves in a cache must not be found by the project's own.
      cacheNamespace: parsePullRef(build.refName) === null ? build.projectId : `${build.projectId}-pulls`,
      onOutput: (text) => what.sink.write(text),
      signal: what.signal,
      timeoutMs: context.builds.timeoutMs,
    }),
    done,
  ]);
  return engineId;
}

/** Whose work the image is: nobody gives the verdict on his own. */
function authorsIn(commit: CommitInfo | undefined) {
  return {
    authorName: commit?.authorName ?? null,
    authorEmail: commit?.authorEmail ?? null,
    committerName: commit?.committerName ?? null,
    committerEmail: commit?.committerEmail ?? null,
  };
}

async function recordImage(
  context: WorkerContext,
  build: LeasedBuild,
  made: { repository: string; tag: string; engineId: string; digest: string } & ReturnType<typeof authorsIn>,
): Promise<void> {
  const image = await inspectImage(context.engine, made.engineId);
  if (image === null) throw new BerthError("image_missing", { detail: "The image vanished from the engine right after the build." });
  await context.database.$transaction(async (tx) => {
    const row = await tx.image.create({
      data: {
        ...made,
        projectId: build.projectId,
        commit: build.commit,
        pushed: context.registry !== null,
        ports: [...image.ports],
        sizeBytes: BigInt(image.sizeBytes),
      },
      select: { id: true },
    });
    await moveBuild(tx, build, "built", { imageId: row.id });
    const waiting = await waitingDeployments(tx, build.id);
    for (const deployment of waiting) for (const step of ["fetch", "build", "push"] as const) await finishStep(tx, deployment, step);
    await ringWaiting(tx, build, "build.done");
    // Cancelled in the last moment: nobody will ask for this image.
    if (waiting.length === 0) {
      await enqueue(tx, { task: "collect-images", payload: { projectId: build.projectId } }, new Date(Date.now() + unwantedAfterMs));
    }
  });
}

/** The image's digest in the registry, or the engine's id where there is none. */
async function publish(
  context: WorkerContext,
  build: LeasedBuild,
  what: { repository: string; tag: string; engineId: string; sink: LogSink; signal: AbortSignal },
): Promise<string> {
  await enter(context, build, "pushing", "push", "build");
  if (context.registry === null) return what.engineId;
  const { digest } = await pushImage(context.engine, {
    repository: what.repository,
    tag: what.tag,
    auth: context.registry.credentials,
    onOutput: (text) => what.sink.write(text),
    signal: what.signal,
    timeoutMs: pushTimeoutMs,
  });
  what.sink.write(`Pushed as ${digest}\n`);
  return digest;
}

/** Everything that can be known to be wrong before the engine is bothered. Returns the text of .dockerignore. */
async function checkSource(context: WorkerContext, build: LeasedBuild, gitDir: string): Promise<string | null> {
  const inContext = (path: string) => (build.contextPath === "." ? path : `${build.contextPath}/${path}`);
  if (build.contextPath !== "." && (await pathKind(context.git, gitDir, build.commit, build.contextPath)) !== "directory") {
    throw new BerthError("context_missing", { detail: `There is no folder ${build.contextPath} in this commit.` });
  }
  const path = inContext(build.dockerfilePath);
  const [dockerfile, dockerignore] = await Promise.all(
    [path, inContext(".dockerignore")].map((file) => readFile(context.git, gitDir, build.commit, file, { maxBytes: dockerfileMaxBytes })),
  );
  if (dockerfile === null || dockerfile === undefined)
    throw new BerthError("dockerfile_missing", { detail: `There is no regular file ${path} in this commit.` });
  checkDockerfile(dockerfile.toString("utf8"));
  return dockerignore?.toString("utf8") ?? null;
}

/** Moves the build and the steps of all deployments that wait for it. */
async function enter(
  context: WorkerContext,
  build: LeasedBuild,
  status: BuildStatus | null,
  begins: StepName,
  ends?: StepName,
): Promise<void> {
  await context.database.$transaction(async (tx) => {
    if (status !== null) await moveBuild(tx, build, status);
    for (const deployment of await waitingDeployments(tx, build.id)) {
      if (ends !== undefined) await finishStep(tx, deployment, ends);
      await beginStep(tx, deployment, begins);
    }
  });
}

async function endBadly(context: WorkerContext, build: LeasedBuild, sink: LogSink, error: unknown): Promise<void> {
  const known = error instanceof BerthError ? error : new BerthError("internal", { cause: error });
  if (known.code === "internal") context.log.error({ err: error, buildId: build.id }, "A build ended by a mistake of Berth's.");
  else context.log.info({ buildId: build.id, code: known.code, reason: describeError(error) }, "A build ended.");
  sink.write(`\n${known.title}${known.detail === undefined ? "" : ` ${known.detail}`}\n${known.help}\n`);
  if (isPassing(known) && Date.now() - build.startedAt.getTime() < patienceMs) return tryAgain(context, build);
  const cancelled = known.code === "build_cancelled";
  await context.database.$transaction(async (tx) => {
    await moveBuild(tx, build, cancelled ? "cancelled" : "failed", { errorCode: known.code, errorText: known.detail ?? null });
    await ringWaiting(tx, build, cancelled ? "build.cancelled" : "build.failed");
  });
}

/** A lost connection counts as the database's only where nobody has given it another meaning: a build that was ended loses its engine's, too. */
function isPassing(error: BerthError): boolean {
  if (error.code === "internal") return isDatabaseDown(error.cause);
  return isBerthError(error, ...transient);
}

/** A part that is away for a moment is no fault of the commit's: the build goes back into the queue, and the attempt does not count. */
async function tryAgain(context: WorkerContext, build: LeasedBuild): Promise<void> {
  await context.database.$transaction(async (tx) => {
    await moveBuild(tx, build, "queued");
    await tx.build.update({ where: { id: build.id }, data: { attempt: { decrement: 1 } } });
    for (const deployment of await waitingDeployments(tx, build.id)) await resetSteps(tx, deployment, ["fetch", "build", "push"]);
    await enqueue(tx, { task: "run-build", payload: { buildId: build.id } }, new Date(Date.now() + retryAfterMs));
  });
}

async function watchForCancel(context: WorkerContext, build: LeasedBuild, stop: AbortController): Promise<void> {
  const row = await context.database.build
    .findUnique({ where: { id: build.id }, select: { cancelRequestedAt: true, leaseEpoch: true } })
    .catch(() => undefined);
  if (row === undefined) return;
  if (row === null || row.cancelRequestedAt !== null || row.leaseEpoch !== build.leaseEpoch) stop.abort(new BerthError("build_cancelled"));
}
