import { actorOfPerson } from "#lib/domain/access/authenticate.ts";
import type { Actor } from "#lib/domain/access/policy.ts";
import { getAppExport } from "#lib/domain/app-settings/queries-json.ts";
import { getAppSettings } from "#lib/domain/app-settings/queries.ts";
import { blockersOf } from "#lib/domain/blockers/queries.ts";
import { checkRight } from "#lib/domain/image-hand-overs/accept.ts";
import { listInbox } from "#lib/domain/inbox/queries.ts";
import { deleteJob } from "#lib/domain/jobs/commands/delete.ts";
import { whyNotAnyMore } from "#lib/domain/jobs/step.ts";
import { emailOfViewer } from "#lib/domain/notifications/audience.ts";
import { getChoices } from "#lib/domain/notifications/queries.ts";
import { mayStill, standingApprovals } from "#lib/domain/promotions/advance.ts";
import { getPromotionPlan } from "#lib/domain/promotions/dry-run.ts";
import { getPromotion } from "#lib/domain/promotions/queries.ts";
import { listPullRequests } from "#lib/domain/pull-requests/queries.ts";
import { addEvidence } from "#lib/domain/verdicts/commands/add-evidence.ts";
import type { Database } from "#lib/platform/database/client.ts";
import { services } from "#lib/server/services.ts";

import type { Matrix } from "./expected.ts";
import { actorOf, codeOf, named } from "./eyes.ts";
import { onePixel } from "./knocks.ts";
import type { View } from "./views.ts";
import { kinds, type World } from "./world.ts";

const instead = (shown: unknown, right: unknown) =>
  JSON.stringify(shown) === JSON.stringify(right) ? null : `shown ${JSON.stringify(shown)}, right ${JSON.stringify(right)}`;

/** Checks behind other checks, each asked by somebody whom the others let through. */
export function looksAlone(world: World, matrix: Matrix, owner: Database): View[] {
  return [
    ...heldAgain(world, matrix),
    { name: "a token that administers reads no configuration", ask: () => onlyAdministers(world) },
    { name: "one's choices are for one's own account", ask: () => choices(world) },
    { name: "a picture is kept for who may judge", ask: () => picture(world) },
    { name: "a foreign job that is locked keeps nobody waiting", ask: () => lockedJob(world, owner) },
    { name: "a plan is not for who may not view where it begins", ask: () => planFromNowhere(world) },
    { name: "a promotion does not name a hidden stage it comes from", ask: () => hiddenSource(world, owner) },
    { name: "pull requests are for who may view what runs in review", ask: () => hiddenReview(world) },
    { name: "a hidden stage does not say that it is frozen", ask: () => hiddenFreeze(world, owner) },
    { name: "a rejection from a hidden stage comes without its name", ask: () => hiddenRejection(world, owner) },
  ];
}

/** What was begun with a right is asked for it again before it goes on: hand-overs, runs by hand, promotions, mails. */
function heldAgain(world: World, matrix: Matrix): View[] {
  const { id: projectId, slug } = world.projects.own;
  return world.people.flatMap((who) => {
    const { personId } = who;
    if (personId === null || who.viewing) return [];
    const has = (verb: string, kind: (typeof kinds)[number]) => who.isAdmin || (who.lives && matrix(who.roles, kind).has(verb));
    const asked = { requestedById: personId, requestedByName: who.name };
    return {
      name: `what ${who.name} began`,
      async ask() {
        const { database } = services();
        const actor = await actorOfPerson(database, personId);
        const handOver = { handedOverById: personId, handedOverByName: who.name, projectId };
        const held = [];
        for (const kind of kinds) {
          const run = { ...asked, trigger: "hand", attempt: 1, job: { environment: { projectId, stage: { kind } } } };
          const about = { project: { id: projectId, slug }, environment: { stage: { kind } } };
          held.push([
            (await whyNotAnyMore({ database }, run)) === null,
            actor !== null && mayStill(actor, { projectId, kind: "promotion", toStage: { kind } }),
            await standingApprovals({ database }, { projectId, askedById: null, toStage: { kind }, approvals: [{ personId }] }),
            (await emailOfViewer(database, about, personId)) !== null,
          ]);
        }
        const pushes = await checkRight({ database }, handOver).then(() => true, codeOf);
        const hears = (await emailOfViewer(database, { project: { id: projectId }, environment: null }, personId)) !== null;
        return instead(
          [held, pushes, hears],
          [
            kinds.map((kind) => [has("deploy", kind), has("promote", kind), has("promote", kind) ? 1 : 0, has("view", kind)]),
            has("deploy", "review") || "forbidden",
            kinds.some((kind) => has("view", kind)),
          ],
        );
      },
    };
  });
}

async function limited(world: World, name: string, verbs: readonly string[]): Promise<Actor> {
  return { ...(await actorOf(named(world, name))), limits: { projects: null, verbs: new Set(verbs) } };
}

/** No door leads here with a token today. */
async function onlyAdministers(world: World): Promise<string | null> {
  const actor = await limited(world, "admin", ["administer"]);
  const { slug } = world.projects.own;
  const { environments } = await getAppExport(services(), actor, slug, { environment: null, instance: "x", which: "live" });
  const { mayAllow } = await getAppSettings(services(), actor, slug, null);
  return instead({ environments, mayAllow }, { environments: [], mayAllow: false });
}

async function choices(world: World): Promise<string | null> {
  const read = async (actor: Actor) => getChoices(services(), actor).then(({ muted, mayTestMail }) => ({ muted, mayTestMail }), codeOf);
  const shown = [
    await read(await limited(world, "developer", [])),
    await read(await actorOf(named(world, "removed member"))),
    await read(await actorOf(named(world, "admin"))),
  ];
  return instead(shown, ["forbidden", { muted: [], mayTestMail: false }, { muted: [], mayTestMail: true }]);
}

async function picture(world: World): Promise<string | null> {
  const { environmentId: environment } = world.projects.own.spots.staging;
  const input = { environment, bytes: onePixel.toString("base64") };
  const code = await addEvidence.run(services(), await actorOf(named(world, "developer")), input).then(() => "kept", codeOf);
  return instead(code, "forbidden");
}

async function lockedJob(world: World, owner: Database): Promise<string | null> {
  const actor = await actorOf(named(world, "developer"));
  const { jobId: job } = world.projects.other.spots.review;
  return owner.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT 1 FROM job WHERE id = ${job}::uuid FOR UPDATE`;
    const answer = deleteJob.run(services(), actor, { job }).then(() => "done", codeOf);
    const waited = new Promise<string>((resolve) => setTimeout(() => resolve("waited"), 2_000));
    return instead(await Promise.race([answer, waited]), "not_found");
  });
}

/** Somebody whose rights end at one kind of stage, as a matrix of a project's own may say. */
async function onlyIn(world: World, kind: (typeof kinds)[number]): Promise<Actor> {
  const grants = new Map([[world.projects.own.id, new Map([[kind, new Set(["view", "promote"])]])]]);
  return { ...(await actorOf(named(world, "ops"))), grants };
}

async function hiddenSource(world: World, owner: Database): Promise<string | null> {
  const { uat, staging } = world.projects.own.spots;
  const where = { fromEnvironmentId: staging.environmentId, toStageId: uat.stageId };
  const { id } = await owner.promotion.findFirstOrThrow({ where, select: { id: true } });
  const { promotion } = await getPromotion(services(), await onlyIn(world, "uat"), id);
  return promotion.from.includes(staging.name) ? promotion.from : null;
}

async function hiddenReview(world: World): Promise<string | null> {
  const { rows } = await listPullRequests(services(), await onlyIn(world, "uat"), world.projects.own.slug);
  return instead(rows, []);
}

async function planFromNowhere(world: World): Promise<string | null> {
  const { spots } = world.projects.own;
  const actor = await onlyIn(world, "production");
  const code = await getPromotionPlan(services(), actor, spots.uat.environmentId, "production").then(() => "shown", codeOf);
  return instead(code, "not_found");
}

async function hiddenFreeze(world: World, owner: Database): Promise<string | null> {
  const { id: projectId, spots } = world.projects.own;
  const window = await owner.freezeWindow.create({
    data: {
      projectId,
      stageId: spots.uat.stageId,
      title: "Stocktaking",
      kind: "once",
      startsAt: new Date(0),
      endsAt: new Date(Date.now() + 3_600_000),
      timeZone: "UTC",
      createdByName: "Ada",
    },
    select: { id: true },
  });
  const tells = async (name: string) =>
    JSON.stringify(await blockersOf(services(), await actorOf(named(world, name)), spots.staging.environmentId)).includes("Stocktaking");
  const shown = { developer: await tells("developer"), ops: await tells("ops") };
  await owner.freezeWindow.delete({ where: { id: window.id } });
  return instead(shown, { developer: false, ops: true });
}

/** The words were written for the author; where they were said he may not know. */
async function hiddenRejection(world: World, owner: Database): Promise<string | null> {
  const { id: projectId, spots } = world.projects.own;
  const { environmentId } = spots.production;
  const commit = "4".repeat(40);
  const image = await owner.image.create({
    data: {
      projectId,
      commit,
      repository: "shop",
      tag: "rejected",
      digest: "sha256:rejected",
      engineId: "rejected",
      pushed: false,
      ports: [],
      sizeBytes: 1,
      authorEmail: "developer@example.org",
    },
    select: { id: true },
  });
  const { id: releaseId } = await owner.release.findFirstOrThrow({ where: { environmentId }, select: { id: true } });
  const verdict = await owner.verdict.create({
    data: {
      projectId,
      environmentId,
      number: 99,
      releaseId,
      imageId: image.id,
      imageDigest: "sha256:rejected",
      commit,
      fingerprint: "1",
      kind: "reject",
      words: "Rejected all the same",
      givenById: world.somebody.id,
      givenByName: "Tess",
    },
    select: { id: true },
  });
  const items = JSON.stringify(
    (await listInbox(services(), await actorOf(named(world, "developer")))).filter(({ why }) => why.includes("all the same")),
  );
  await owner.verdict.delete({ where: { id: verdict.id } });
  await owner.image.delete({ where: { id: image.id } });
  return instead({ told: items !== "[]", named: /production/i.test(items) }, { told: true, named: false });
}
