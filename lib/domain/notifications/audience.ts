import type { Database, StageKind } from "#lib/platform/database/client.ts";

import { actorOfPerson } from "../access/authenticate.ts";
import { type Actor, type EnvironmentPolicyVerb, may } from "../access/policy.ts";
import { type Reason, kindRules } from "./kinds.ts";
import type { ToldEvent } from "./told-event.ts";

export interface Hearer {
  readonly personId: string;
  readonly email: string;
  readonly reason: Reason;
}

/** More than these hear of nothing: a project of hundreds of testers has other ways. */
const mostHearers = 200;

/** Everybody who is told of an event, each once and with the first reason that fits: never who did it, never who may not view it now. */
export async function audienceOf(database: Database, event: ToldEvent): Promise<Hearer[]> {
  const found = new Map<string, Reason>();
  const verdict = await verdictOf(database, event);
  const doer =
    event.detail["actorId"] ??
    (event.kind === "verdict.given" ? verdict : event.kind === "promotion.requested" ? event.detail["askedBy"] : null);
  for (const reason of kindRules[event.kind].hears(event.detail)) {
    for (const id of await peopleFor(database, event, reason, verdict)) if (!found.has(id)) found.set(id, reason);
  }
  const hearers: Hearer[] = [];
  for (const [personId, reason] of found) {
    if (hearers.length >= mostHearers) break;
    if (personId === doer) continue;
    const email = await emailOfViewer(database, event, personId);
    if (email !== null) hearers.push({ personId, email, reason });
  }
  return hearers;
}

/** The address of a person who may view what the event is about, by today's rights; null for everybody else. */
export async function emailOfViewer(
  database: Database,
  event: { readonly project: { readonly id: string }; readonly environment: { readonly stage: { readonly kind: StageKind } } | null },
  personId: string,
): Promise<string | null> {
  const actor = await actorOfPerson(database, personId);
  return actor !== null && seesEvent(actor, event.project.id, event.environment?.stage.kind ?? null) ? actor.email : null;
}

/** Whether somebody may view what an event is about; without a kind of stage that is the whole project. */
export function seesEvent(actor: Actor, projectId: string, stageKind: StageKind | null): boolean {
  if (stageKind === null) return may(actor, "view", { type: "project", projectId });
  return may(actor, "view", { type: "environment", projectId, stageKind });
}

async function peopleFor(database: Database, event: ToldEvent, reason: Reason, judge: string | null): Promise<readonly string[]> {
  const kind = event.environment?.stage.kind ?? null;
  if (event.kind === "ref.tag_moved" && kind === null) return whoWatchesTags(database, event, reason);
  switch (reason) {
    case "author":
      return authorOf(database, event);
    case "requester":
      return named(event.detail["askedBy"]) ?? present(event.deployment?.requestedById ?? null);
    case "judge":
      return present(judge);
    case "tester":
      // A place without verdicts has nobody who waits for something to try.
      return event.kind === "deployment.live" && event.environment?.stage.verdictRequired !== true
        ? []
        : who(database, event, kind, "verdict");
    case "approver":
      return who(database, event, await targetKind(database, event), "promote");
    case "promoter":
      return who(database, event, await nextKind(database, event), "promote");
    case "operator":
      return who(database, event, kind, "scale");
  }
}

async function who(database: Database, event: ToldEvent, kind: StageKind | null, verb: EnvironmentPolicyVerb): Promise<string[]> {
  if (kind === null) return [];
  const rows = await database.$queryRaw<
    Array<{ id: string }>
  >`SELECT person_id AS id FROM berth_people_who(${event.project.id}::uuid, ${kind}::"StageKind", ${verb}) LIMIT ${mostHearers}`;
  return rows.map(({ id }) => id);
}

/** A moved tag that stands in no environment yet concerns those who work with tags. */
async function whoWatchesTags(database: Database, event: ToldEvent, reason: Reason): Promise<readonly string[]> {
  if (reason === "tester") return who(database, event, "staging", "verdict");
  return who(database, event, reason === "promoter" ? "uat" : "production", "promote");
}

/** The stage a promotion leads into: named by the event, else the environment's own. */
async function targetKind(database: Database, event: ToldEvent): Promise<StageKind | null> {
  const name = event.detail["to"];
  if (typeof name !== "string") return event.environment?.stage.kind ?? null;
  const stage = await database.stage.findFirst({ where: { name, projectId: event.project.id }, select: { kind: true } });
  return stage?.kind ?? null;
}

async function nextKind(database: Database, event: ToldEvent): Promise<StageKind | null> {
  if (event.environment === null) return null;
  const next = await database.stage.findFirst({
    where: { projectId: event.project.id, position: { gt: event.environment.stage.position }, starts: "by_promotion" },
    orderBy: { position: "asc" },
    select: { kind: true },
  });
  return next?.kind ?? null;
}

/** The people whose address the commit's author gave. Anybody can write an address into a commit: it names who hears, never who may. */
async function authorOf(database: Database, event: ToldEvent): Promise<string[]> {
  const said = event.detail["authorEmail"];
  const commit = event.deployment?.commit ?? event.detail["commit"];
  const emails = new Set<string>();
  if (typeof said === "string") emails.add(said.toLowerCase());
  if (typeof commit === "string") {
    const projectId = event.project.id;
    const refs = await database.ref.findMany({ where: { projectId, commit }, select: { authorEmail: true }, take: 20 });
    const images = await database.image.findMany({ where: { projectId, commit }, select: { authorEmail: true }, take: 20 });
    for (const { authorEmail } of [...refs, ...images]) if (authorEmail !== null) emails.add(authorEmail.toLowerCase());
  }
  if (emails.size === 0) return [];
  const people = await database.person.findMany({ where: { email: { in: [...emails] } }, select: { id: true } });
  return people.map(({ id }) => id);
}

/** Who gave the verdict the event is about. */
async function verdictOf(database: Database, event: ToldEvent): Promise<string | null> {
  const id = event.detail["verdictId"];
  if (typeof id !== "string" || !isUuid(id)) return null;
  const verdict = await database.verdict.findFirst({ where: { id, projectId: event.project.id }, select: { givenById: true } });
  return verdict?.givenById ?? null;
}

function named(value: unknown): string[] | null {
  return typeof value === "string" && isUuid(value) ? [value] : null;
}

function present(value: string | null): string[] {
  return value === null ? [] : [value];
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
