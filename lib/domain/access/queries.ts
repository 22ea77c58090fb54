import { BerthError } from "#lib/core/errors.ts";
import type { Role } from "#lib/platform/database/client.ts";

import type { Reader } from "../projects/head.ts";
import { type Actor, authorise, may } from "./policy.ts";

export interface TokenListItem {
  readonly id: string;
  readonly name: string;
  readonly hint: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  /** Whether it ends within a week, or has ended. */
  readonly ends: "never" | "later" | "soon" | "past";
  readonly lastUsedAt: Date | null;
  /** The projects it is limited to, as far as one may view them; null: not limited. */
  readonly projects: ReadonlyArray<{ readonly slug: string; readonly name: string }> | null;
  /** How many more projects it names that are gone or may no longer be viewed. */
  readonly otherProjects: number;
  readonly verbs: readonly string[] | null;
}

export interface Account {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly isAdmin: boolean;
  readonly hasPassword: boolean;
  readonly tokens: readonly TokenListItem[];
  readonly sessions: ReadonlyArray<{
    readonly id: string;
    readonly userAgent: string | null;
    readonly createdAt: Date;
    readonly lastSeenAt: Date;
    readonly current: boolean;
  }>;
}

const tokensAtMost = 100;
const sessionsAtMost = 50;
const soonMs = 7 * 24 * 60 * 60_000;

/** One's own account. `not_found` for who is not a person, and while an admin looks through another's eyes: an account is its owner's alone. */
export async function getAccount(reader: Reader, actor: Actor): Promise<Account> {
  const personId = ownAccount(actor);
  const person = await reader.database.person.findUniqueOrThrow({
    where: { id: personId },
    select: {
      id: true,
      email: true,
      name: true,
      isAdmin: true,
      passwordHash: true,
      sessions: {
        where: { endedAt: null, expiresAt: { gt: new Date() } },
        orderBy: { lastSeenAt: "desc" },
        take: sessionsAtMost,
        select: { id: true, userAgent: true, createdAt: true, lastSeenAt: true },
      },
    },
  });
  const { passwordHash, sessions, ...rest } = person;
  return {
    ...rest,
    hasPassword: passwordHash !== null,
    tokens: await listTokens(reader, actor),
    sessions: sessions.map((session) => ({ ...session, current: session.id === actor.sessionId })),
  };
}

/** One's own API tokens that are not revoked, the newest first. */
export async function listTokens(reader: Reader, actor: Actor): Promise<TokenListItem[]> {
  const rows = await reader.database.apiToken.findMany({
    where: { personId: ownAccount(actor), revokedAt: null },
    orderBy: { createdAt: "desc" },
    take: tokensAtMost,
  });
  const projects = await reader.database.project.findMany({
    where: { id: { in: rows.flatMap((row) => row.projectIds) }, deletedAt: null },
    select: { id: true, slug: true, name: true },
    orderBy: { name: "asc" },
  });
  const visible = projects.filter(({ id }) => may(actor, "view", { type: "project", projectId: id }));
  return rows.map(({ id, name, hint, createdAt, expiresAt, lastUsedAt, allProjects, projectIds, allVerbs, verbs }) => {
    const named = visible.filter((project) => projectIds.includes(project.id));
    return {
      id,
      name,
      hint,
      createdAt,
      expiresAt,
      ends: endsWhen(expiresAt, Date.now()),
      lastUsedAt,
      projects: allProjects ? null : named.map((project) => ({ slug: project.slug, name: project.name })),
      otherProjects: allProjects ? 0 : projectIds.length - named.length,
      verbs: allVerbs ? null : verbs,
    };
  });
}

function endsWhen(at: Date | null, nowMs: number): TokenListItem["ends"] {
  if (at === null) return "never";
  const leftMs = at.getTime() - nowMs;
  return leftMs <= 0 ? "past" : leftMs < soonMs ? "soon" : "later";
}

function ownAccount(actor: Actor): string {
  if (actor.id === null || actor.viewing !== null) throw new BerthError("not_found");
  authorise(actor, "manage_account", { type: "account", personId: actor.id });
  return actor.id;
}

export interface Viewable {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly isAdmin: boolean;
  /** The roles held anywhere, own and by group. */
  readonly roles: readonly Role[];
}

const viewableAtMost = 20;

/** The people an admin may look through the eyes of, by a part of name or e-mail; at most twenty. `more` counts the rest. */
export async function listViewable(reader: Reader, actor: Actor, search: string): Promise<{ people: Viewable[]; more: number }> {
  authorise(actor, "manage_people", { type: "platform" });
  const text = search.trim().slice(0, 200);
  const where = {
    disabledAt: null,
    ...(actor.id === null ? {} : { NOT: { id: actor.id } }),
    ...(text === ""
      ? {}
      : { OR: [{ name: { contains: text, mode: "insensitive" as const } }, { email: { contains: text, mode: "insensitive" as const } }] }),
  };
  const [rows, total] = await Promise.all([
    reader.database.person.findMany({
      where,
      orderBy: [{ name: "asc" }, { id: "asc" }],
      take: viewableAtMost,
      select: {
        id: true,
        name: true,
        email: true,
        isAdmin: true,
        memberships: { select: { role: true }, distinct: ["role"] },
        groups: { select: { group: { select: { memberships: { select: { role: true }, distinct: ["role"] } } } } },
      },
    }),
    reader.database.person.count({ where }),
  ]);
  const people = rows.map(({ memberships, groups, ...person }) => ({
    ...person,
    roles: [...new Set([...memberships, ...groups.flatMap(({ group }) => group.memberships)].map(({ role }) => role))].toSorted(),
  }));
  return { people, more: Math.max(0, total - people.length) };
}

/** Whether nobody exists yet: then every page leads to the set-up. */
export async function isUntouched(reader: Pick<Reader, "database">): Promise<boolean> {
  return (await reader.database.person.findFirst({ select: { id: true } })) === null;
}
