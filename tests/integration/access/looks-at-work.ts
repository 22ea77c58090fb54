import { blockersOf } from "#lib/domain/blockers/queries.ts";
import { listBuilds } from "#lib/domain/builds/queries.ts";
import { getEnvironment } from "#lib/domain/environments/queries.ts";
import { listProjectJobs } from "#lib/domain/jobs/queries.ts";
import { listNotifications } from "#lib/domain/notifications/queries.ts";
import { getProjectSettings } from "#lib/domain/projects/queries.ts";
import { getPromotionBox } from "#lib/domain/promotions/box.ts";
import { getPromotionPlan, getRollbackPlan } from "#lib/domain/promotions/dry-run.ts";
import { getPromotion } from "#lib/domain/promotions/queries.ts";
import { listReleases } from "#lib/domain/promotions/releases.ts";
import { getOrigin, listPullRequests } from "#lib/domain/pull-requests/queries.ts";
import { getPipeline } from "#lib/domain/stages/queries.ts";
import { verdictPanel } from "#lib/domain/verdicts/panel.ts";
import type { StageKind } from "#lib/platform/database/client.ts";
import { services } from "#lib/server/services.ts";

import { codeOf, type Eyes, isMember, kindsWith, type Look, slugOf, spotsOf } from "./eyes.ts";
import { kinds, told } from "./world.ts";

/** The stages that promotions lead into, with the one before each. */
const ways = [
  ["staging", "uat"],
  ["uat", "production"],
] as const satisfies ReadonlyArray<readonly [StageKind, StageKind]>;

/** What a query says of every kind of stage, hidden ones too; a refusal is its code. */
async function inEvery<T>(ask: (kind: StageKind) => Promise<T>): Promise<Array<T | string>> {
  const answers = [];
  for (const kind of kinds) answers.push(await ask(kind).catch(codeOf));
  return answers;
}

/** What is right for every kind of stage that may be viewed; what may not does not exist. */
function forViewers<T>(eyes: Eyes, right: (kind: StageKind) => T): Array<T | string> {
  return kinds.map((kind) => (eyes.has("view", kind) ? right(kind) : "not_found"));
}

const refusalOf = (eyes: Eyes, kind: StageKind) => (eyes.has("view", kind) ? "forbidden" : "not_found");

/** What people work with: builds, jobs, verdicts, promotions, and what they are told. */
export const looksAtWork: Readonly<Record<string, Look>> = {
  "the stage view of builds": {
    for: isMember,
    async shown(actor, eyes) {
      const { columns, rows } = await listBuilds(services(), actor, slugOf(eyes));
      const stages = kinds.filter((kind) => columns.some(({ key }) => key === spotsOf(eyes)[kind].stageId));
      return {
        stages,
        builds: rows.map(({ refName }) => refName).toSorted(),
        logs: rows
          .filter(({ cells }) => cells["checks"]?.href != null)
          .map(({ refName }) => refName)
          .toSorted(),
      };
    },
    right(eyes) {
      const refsOf = (chosen: readonly StageKind[]) => chosen.map((kind) => `refs/heads/${spotsOf(eyes)[kind].ref}`).toSorted();
      const seen = kindsWith(eyes, "view");
      // One deployment in review took what was built for production.
      const built = kinds.filter((kind) => seen.includes(kind) || (kind === "production" && seen.includes("review")));
      return { stages: seen, builds: refsOf(built), logs: refsOf(kindsWith(eyes, "logs")) };
    },
  },
  "the jobs of a project": {
    for: isMember,
    async shown(actor, eyes) {
      const { jobs } = await listProjectJobs(services(), actor, slugOf(eyes));
      return jobs
        .map(({ environment, start, mayConfigure, mayReadLogs, run }) =>
          [environment.name, start !== null, mayConfigure, mayReadLogs, run !== undefined].join(" "),
        )
        .toSorted();
    },
    right: (eyes) =>
      kindsWith(eyes, "view")
        .map((kind) => {
          const configures = eyes.has("configure", kind);
          return [spotsOf(eyes)[kind].name, configures, configures, eyes.has("logs", kind), eyes.has("deploy", kind)].join(" ");
        })
        .toSorted(),
  },
  "the pipeline": {
    for: isMember,
    async shown(actor, eyes) {
      const { stages, freezes } = await getPipeline(services(), actor, slugOf(eyes));
      return { stages: stages.map(({ name }) => name), freezes: freezes.map(({ title }) => title).toSorted() };
    },
    right(eyes) {
      const names = kindsWith(eyes, "view").map((kind) => spotsOf(eyes)[kind].stageName);
      return { stages: names, freezes: names.map((name) => `Freeze of ${name}`).toSorted() };
    },
  },
  "who may judge": {
    for: isMember,
    async shown(actor, eyes) {
      return inEvery(async (kind) => {
        const page = await getEnvironment(services(), actor, slugOf(eyes), spotsOf(eyes)[kind].name);
        return (await verdictPanel(services(), actor, page)).mayJudge;
      });
    },
    right: (eyes) => forViewers(eyes, (kind) => !eyes.who.viewing && eyes.has("verdict", kind)),
  },
  "where a release may go": {
    for: isMember,
    async shown(actor, eyes) {
      return inEvery(async (kind) => {
        const box = await getPromotionBox(services(), actor, spotsOf(eyes)[kind].environmentId);
        return { next: box.next?.stage ?? null, plan: box.plan !== null, promotions: box.promotions.length };
      });
    },
    right: (eyes) =>
      forViewers(eyes, (kind) => {
        const to = ways.find(([from]) => from === kind)?.[1];
        const next = to !== undefined && eyes.has("view", to) ? to : null;
        const carried = kind === "staging" && eyes.has("view", "uat") ? 2 : 1;
        return { next, plan: next !== null && eyes.has("promote", next), promotions: carried };
      }),
  },
  "what a promotion would change": {
    for: isMember,
    async shown(actor, eyes) {
      const plans = [];
      for (const [from, to] of ways)
        plans.push(
          await getPromotionPlan(services(), actor, spotsOf(eyes)[from].environmentId, to).then(
            ({ variables }) => variables !== null,
            codeOf,
          ),
        );
      return plans;
    },
    right: (eyes) =>
      ways.map(([from, to]) => {
        if (!eyes.has("view", from)) return "not_found";
        return eyes.has("promote", to) ? eyes.has("configure", to) : refusalOf(eyes, to);
      }),
  },
  "what a rollback would change": {
    for: isMember,
    shown: async (actor, eyes) =>
      inEvery(async (kind) => (await getRollbackPlan(services(), actor, spotsOf(eyes)[kind].environmentId, 1, null)).variables !== null),
    right: (eyes) => kinds.map((kind) => (eyes.has("deploy", kind) ? eyes.has("configure", kind) : refusalOf(eyes, kind))),
  },
  "every promotion": {
    for: isMember,
    shown: async (actor, eyes) =>
      inEvery(async (kind) => {
        const page = await getPromotion(services(), actor, spotsOf(eyes)[kind].promotionId);
        return { approve: page.approve !== undefined, withdraw: page.withdraw !== undefined };
      }),
    right: (eyes) => forViewers(eyes, (kind) => ({ approve: eyes.has("promote", kind), withdraw: eyes.has("promote", kind) })),
  },
  "the releases of every environment": {
    for: isMember,
    shown: async (actor, eyes) =>
      inEvery(async (kind) =>
        (await listReleases(services(), actor, spotsOf(eyes)[kind].environmentId)).map(({ rollback }) => rollback !== undefined),
      ),
    right: (eyes) => forViewers(eyes, (kind) => [eyes.has("deploy", kind)]),
  },
  "when what is under way will be there": {
    for: isMember,
    shown: async (actor, eyes) =>
      inEvery(async (kind) => {
        const blockers = await blockersOf(services(), actor, spotsOf(eyes)[kind].environmentId);
        return blockers.filter(({ code }) => code === "deploying").map(({ expectedAt }) => expectedAt !== null);
      }),
    // How long it takes is known from production alone.
    right: (eyes) => forViewers(eyes, () => [eyes.has("view", "production")]),
  },
  "pull requests": {
    for: isMember,
    async shown(actor, eyes) {
      const { rows, mayApprove } = await listPullRequests(services(), actor, slugOf(eyes));
      return { numbers: rows.map(({ number }) => number), mayApprove };
    },
    right: (eyes) => ({ numbers: [7], mayApprove: eyes.has("deploy", "review") }),
  },
  "where what runs came from": {
    for: isMember,
    shown: async (actor, eyes) => inEvery((kind) => getOrigin(services(), actor, spotsOf(eyes)[kind].environmentId).then(() => "shown")),
    right: (eyes) => forViewers(eyes, () => "shown"),
  },
  "the settings of a project": {
    shown: (actor, eyes) => getProjectSettings(services(), actor, slugOf(eyes)).then(() => "shown", codeOf),
    right: (eyes) => (eyes.who.isAdmin ? "shown" : isMember(eyes) ? "forbidden" : "not_found"),
  },
  "what one was told": {
    async shown(actor) {
      const { items, unread } = await listNotifications(services(), actor);
      return { items: items.map(({ message }) => message).toSorted(), unread };
    },
    right(eyes) {
      const seen = kindsWith(eyes, "view");
      return { items: seen.map(told).toSorted(), unread: seen.length };
    },
  },
};
