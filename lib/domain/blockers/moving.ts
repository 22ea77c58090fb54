import { errorCatalogue, isErrorCode } from "#lib/core/error-catalogue.ts";

import { type Blocker, byItself } from "./blocker.ts";
import { type DeploymentFacts, type EnvironmentFacts, openDeployments } from "./facts.ts";

export interface MovingContext {
  readonly at: Date;
  /** Usual time of each step in milliseconds, by name. */
  readonly usual: ReadonlyMap<string, number>;
  /** Builds of any project that began or wait before this one. */
  readonly buildsBefore: number;
  /** The environment's own stage is frozen. */
  readonly frozen: { readonly title: string; readonly until: Date | null } | null;
  /** Who may deploy here, in words. */
  readonly deployers: string;
}

/** Why the change that is under way is not there yet, or what is wrong with what is live. Pure. */
export function movingBlockers(facts: EnvironmentFacts, context: MovingContext): Blocker[] {
  const { running, queued } = openDeployments(facts);
  const blockers: Blocker[] = [];
  if (queued !== null) blockers.push(...queuedBlockers(queued, running, context));
  if (running !== null) blockers.push(runningBlocker(running, context));
  if (running === null && queued === null) blockers.push(...restingBlockers(facts, context));
  if (facts.ref !== null && facts.ref.goneAt !== null)
    blockers.push({
      code: "ref_gone",
      words: `${facts.ref.kind === "tag" ? "The tag" : "The branch"} ${facts.ref.name} is gone from the repository.`,
      clearedBy: "whoever may push to the repository",
      expectedAt: null,
    });
  if (facts.ref?.kind === "tag" && facts.ref.goneAt === null && facts.liveRelease !== null && facts.liveRelease.commit !== facts.ref.commit)
    blockers.push({
      code: "tag_moved",
      words: `The tag ${facts.ref.name} was moved: what is live was built from ${facts.liveRelease.commit.slice(0, 7)}, it points to ${facts.ref.commit.slice(0, 7)}.`,
      clearedBy: `${context.deployers}, on purpose; or a new tag`,
      expectedAt: null,
    });
  return blockers;
}

function queuedBlockers(queued: DeploymentFacts, running: DeploymentFacts | null, context: MovingContext): Blocker[] {
  const { frozen } = context;
  if (running !== null)
    return [
      {
        code: "queued_behind",
        words: `Deployment #${queued.number} waits for #${running.number} to end.`,
        clearedBy: byItself,
        expectedAt: expected(running.startedAt ?? running.createdAt, total(context), context.at),
      },
    ];
  if (frozen !== null) return [frozenBlocker(queued, frozen)];
  return [
    {
      code: "deploying",
      words: `Deployment #${queued.number} is about to begin.`,
      clearedBy: byItself,
      expectedAt: expected(queued.createdAt, total(context), context.at),
    },
  ];
}

function frozenBlocker(deployment: DeploymentFacts, frozen: NonNullable<MovingContext["frozen"]>): Blocker {
  return {
    code: "frozen",
    words: `Deployment #${deployment.number} waits for the end of a freeze: ${frozen.title}.`,
    clearedBy: `${byItself}, when the window ends; sooner with a reason and a second person`,
    expectedAt: frozen.until,
  };
}

const buildSteps = ["fetch", "build", "push"] as const;
const noRoom = /^(?:The cluster has no room|Waiting for room|No agent of the cluster)/;

function runningBlocker(running: DeploymentFacts, context: MovingContext): Blocker {
  const { at, usual, buildsBefore, frozen, deployers } = context;
  const begun = running.startedAt ?? running.createdAt;
  const step = running.steps[0] ?? null;
  const whole = expected(begun, total(context), at);
  if (step?.name === "checks")
    return { code: "checks_running", words: step.detail ?? "Checks run in the built image.", clearedBy: byItself, expectedAt: whole };
  if (running.build?.status === "queued" && buildsBefore > 0)
    return {
      code: "queued_behind",
      words: `Its build waits for ${buildsBefore === 1 ? "another build" : `${buildsBefore} other builds`}.`,
      clearedBy: byItself,
      expectedAt: null,
    };
  if (buildSteps.some((name) => name === step?.name) || running.build?.status === "queued") {
    const ms = buildSteps.reduce((sum, name) => sum + (usual.get(name) ?? 0), 0);
    const since = running.build?.startedAt ?? begun;
    return { code: "building", words: "Its image is being built.", clearedBy: byItself, expectedAt: expected(since, ms, at) };
  }
  if (running.status === "preparing" && frozen !== null) return frozenBlocker(running, frozen);
  if (step?.name === "start" && step.detail !== null && noRoom.test(step.detail))
    return {
      code: "no_room",
      words: `${step.detail}.`,
      clearedBy: `${deployers}, by stopping something; or whoever adds hosts`,
      expectedAt: null,
    };
  const words = step?.detail ?? `Deployment #${running.number} is under way.`;
  return { code: "deploying", words: words.endsWith(".") ? words : `${words}.`, clearedBy: byItself, expectedAt: whole };
}

const buildCodes = /^(?:build_|dockerfile_|context_|git_|source_gone)/;

/** Nothing is under way: the last change failed, or what is live does not answer. */
function restingBlockers(facts: EnvironmentFacts, { deployers }: MovingContext): Blocker[] {
  const blockers: Blocker[] = [];
  const [last] = facts.deployments;
  if (last?.status === "failed") blockers.push(failedBlocker(last, deployers));
  if (facts.liveRelease?.image.removedAt != null)
    blockers.push({ code: "image_gone", words: "The image of what is live was removed.", clearedBy: deployers, expectedAt: null });
  const reason = notLive(facts);
  if (reason !== null) blockers.push({ code: "not_live", words: reason, clearedBy: deployers, expectedAt: null });
  return blockers;
}

function failedBlocker(last: DeploymentFacts, deployers: string): Blocker {
  const code = last.errorCode !== null && isErrorCode(last.errorCode) ? last.errorCode : "internal";
  const kind = code === "checks_failed" ? "checks_failed" : buildCodes.test(code) ? "build_failed" : "deployment_failed";
  const author = last.requestedByName === null || last.requestedByName === "Berth" ? "the author of the commit" : last.requestedByName;
  return {
    code: kind,
    words: `Deployment #${last.number} failed: ${errorCatalogue[code].title}`,
    clearedBy: kind === "deployment_failed" ? deployers : `${author}, with another commit; or ${deployers}`,
    expectedAt: null,
  };
}

function notLive({ name, desired, health, healthDetail, liveRelease }: EnvironmentFacts): string | null {
  if (liveRelease === null) return `Nothing is live in ${name}.`;
  if (desired === "stopped") return `${name} is stopped.`;
  if (desired === "destroyed") return `${name} is being destroyed.`;
  if (health === "healthy") return null;
  return healthDetail === null ? `${name} does not answer its health check (${health}).` : `${name} is not healthy: ${healthDetail}`;
}

function total({ usual }: MovingContext): number {
  return [...usual.values()].reduce((sum, ms) => sum + ms, 0);
}

/** When it usually is over; null where nothing is usual, or that time has passed. */
function expected(since: Date, usualMs: number, at: Date): Date | null {
  const time = since.getTime() + usualMs;
  return usualMs > 0 && time > at.getTime() ? new Date(time) : null;
}
