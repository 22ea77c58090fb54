import { z } from "zod";

import { isToldKind, type ToldKind, toldKinds } from "#lib/core/event-kinds.ts";
import { type Database, Prisma } from "#lib/platform/database/client.ts";

import { type Actor, authorise, may } from "../access/policy.ts";
import { type Reader, readProject } from "../projects/head.ts";
import { projectsVisibleTo } from "../projects/visible.ts";
import { type Channel, isWanted, kindRules, type Reason } from "./kinds.ts";
import { ownNotifications, unreadCount } from "./unread.ts";
import { headlineOf, pathOf, reasonWords } from "./words.ts";

export interface NotificationItem {
  readonly id: string;
  readonly kind: ToldKind;
  readonly headline: string;
  readonly message: string | null;
  readonly project: string;
  /** "you wrote the commit" */
  readonly because: string;
  readonly by: string | null;
  readonly at: Date;
  readonly read: boolean;
  /** A path on the dashboard. */
  readonly href: string;
}

export interface NotificationPage {
  readonly items: readonly NotificationItem[];
  readonly unread: number;
  /** The id to ask for older ones with; null at the end. */
  readonly before: string | null;
}

interface Row {
  readonly id: bigint;
  readonly kind: string;
  readonly reason: string;
  readonly project: string;
  readonly projectName: string;
  readonly environment: string | null;
  readonly deploymentId: string | null;
  readonly actorName: string | null;
  readonly message: string | null;
  readonly detail: unknown;
  readonly at: Date;
  readonly readAt: Date | null;
}

const pageSize = 50;
const detailSchema = z.record(z.string(), z.unknown()).catch({});

/** What somebody was told, the newest first; nothing of what he may not view any more. */
export async function listNotifications(
  reader: Pick<Reader, "database">,
  actor: Actor,
  { before, limit = pageSize, onlyUnread = false }: { before?: string | undefined; limit?: number; onlyUnread?: boolean } = {},
): Promise<NotificationPage> {
  const own = ownNotifications(actor);
  if (own === null) return { items: [], unread: 0, before: null };
  const older = before !== undefined && /^\d{1,18}$/.test(before) ? Prisma.sql`AND n.id < ${BigInt(before)}` : Prisma.empty;
  const unread = onlyUnread ? Prisma.sql`AND n.read_at IS NULL` : Prisma.empty;
  const rows = await reader.database.$queryRaw<Row[]>`
    SELECT n.id, n.kind, n.reason, p.slug AS project, p.name AS "projectName", e.name AS environment, n.deployment_id::text AS "deploymentId",
      n.actor_name AS "actorName", n.message, n.detail, n.at, n.read_at AS "readAt"
    FROM notification n JOIN project p ON p.id = n.project_id LEFT JOIN environment e ON e.id = n.environment_id
    WHERE ${own} ${older} ${unread} ORDER BY n.id DESC LIMIT ${limit + 1}`;
  const [count] = await reader.database.$queryRaw<Array<{ unread: number }>>`SELECT ${unreadCount(actor)} AS unread`;
  const shown = rows.slice(0, limit);
  return {
    items: shown.flatMap(itemOf),
    unread: count?.unread ?? 0,
    before: rows.length > limit ? String(shown.at(-1)?.id ?? "") : null,
  };
}

function itemOf(row: Row): NotificationItem[] {
  if (!isToldKind(row.kind)) return [];
  const detail = detailSchema.parse(row.detail ?? {});
  const { kind, project, environment, deploymentId } = row;
  return [
    {
      id: String(row.id),
      kind,
      headline: headlineOf(kind, environment ?? row.projectName, detail),
      message: row.message,
      project: row.projectName,
      because: isReason(row.reason) ? reasonWords[row.reason] : "you follow this project",
      by: row.actorName,
      at: row.at,
      read: row.readAt !== null,
      href: pathOf({ kind, project, environment, deploymentId, promotionId: detail["promotion"] }),
    },
  ];
}

function isReason(text: string): text is Reason {
  return Object.hasOwn(reasonWords, text);
}

export interface NotificationChoices {
  readonly kinds: ReadonlyArray<{ readonly kind: ToldKind; readonly title: string; readonly wanted: Readonly<Record<Channel, boolean>> }>;
  readonly muted: ReadonlyArray<{ readonly slug: string; readonly name: string }>;
  /** Whether this installation can send mail at all. */
  readonly mail: boolean;
  /** Whether he may have a test mail sent. */
  readonly mayTestMail: boolean;
  readonly email: string;
}

/** What somebody wants to be told of and how; his own alone. */
export async function getChoices(reader: Pick<Reader, "database">, actor: Actor): Promise<NotificationChoices> {
  const personId = actor.viewing === null ? actor.id : null;
  authorise(actor, "manage_account", { type: "account", personId: personId ?? "" });
  const where = { personId: personId ?? "" };
  const [own, mutes, mail] = await Promise.all([
    reader.database.notificationChoice.findMany({ where }),
    reader.database.notificationMute.findMany({
      where: { ...where, project: projectsVisibleTo(actor) },
      select: { project: { select: { slug: true, name: true } } },
      orderBy: { project: { name: "asc" } },
      take: 200,
    }),
    mailIsSet(reader),
  ]);
  return {
    kinds: toldKinds.map((kind) => ({
      kind,
      title: kindRules[kind].title,
      wanted: { app: isWanted(own, kind, "app"), mail: isWanted(own, kind, "mail") },
    })),
    muted: mutes.map(({ project }) => project),
    mail,
    mayTestMail: may(actor, "manage_people", { type: "platform" }),
    email: actor.email ?? "",
  };
}

/** Whether the worker said that it has a mail server. */
export async function mailIsSet({ database }: { readonly database: Pick<Database, "partStatus"> }): Promise<boolean> {
  const row = await database.partStatus.findUnique({ where: { part: "mail" }, select: { state: true } });
  return row?.state === "up";
}

/** Whether somebody has muted a project. */
export async function isMuted(reader: Reader, actor: Actor, slug: string): Promise<boolean> {
  const { id } = await readProject(reader, actor, slug);
  if (actor.id === null) return false;
  return (await reader.database.notificationMute.count({ where: { personId: actor.id, projectId: id } })) > 0;
}
