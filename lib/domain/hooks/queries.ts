import type { InboundDeliveryModel, OutgoingMessageModel, ProjectHookModel } from "#lib/platform/database/client.ts";

import { type Actor, authorise } from "../access/policy.ts";
import type { InboundForge } from "../inbound-hooks/forges.ts";
import { isInboundForge } from "../inbound-hooks/forges.ts";
import { isMuted } from "../notifications/queries.ts";
import { type ProjectHead, type Reader, headOf, readProject } from "../projects/head.ts";

export interface HookRow {
  readonly id: string;
  readonly name: string;
  readonly format: "signed" | "slack";
  readonly host: string;
  readonly kinds: readonly string[];
  readonly enabled: boolean;
  readonly createdBy: string | null;
  readonly createdAt: Date;
}

export interface OutgoingDelivery {
  readonly id: string;
  readonly hook: string;
  readonly kind: string;
  readonly state: "waiting" | "sent" | "failed" | "dropped";
  readonly attempts: number;
  readonly answer: number | null;
  readonly problem: string | null;
  readonly durationMs: number | null;
  readonly createdAt: Date;
  readonly nextAt: Date | null;
}

export interface InboundRow {
  readonly forge: InboundForge;
  readonly url: string;
  readonly createdBy: string | null;
  readonly createdAt: Date;
}

export interface InboundDeliveryRow {
  readonly id: string;
  readonly forge: string;
  readonly event: string;
  readonly ref: string | null;
  readonly outcome: "taken" | "ignored" | "refused";
  readonly reason: string | null;
  readonly at: Date;
}

export interface ProjectHooks extends ProjectHead {
  readonly hooks: readonly HookRow[];
  readonly sent: readonly OutgoingDelivery[];
  readonly inbound: readonly InboundRow[];
  readonly received: readonly InboundDeliveryRow[];
}

const loggedAtMost = 50;

/** Webhooks of a project in both directions with the latest of their logs; for whoever may administer it. */
export async function getProjectHooks(reader: Reader, actor: Actor, slug: string): Promise<ProjectHooks> {
  const head = await readProject(reader, actor, slug);
  authorise(actor, "administer", { type: "project", projectId: head.id });
  const where = { projectId: head.id };
  const [hooks, sent, inbound, received] = await Promise.all([
    reader.database.projectHook.findMany({ where, orderBy: { createdAt: "asc" } }),
    reader.database.outgoingMessage.findMany({
      where: { ...where, channel: "hook" },
      orderBy: { createdAt: "desc" },
      take: loggedAtMost,
      include: { hook: { select: { name: true } } },
    }),
    reader.database.inboundHook.findMany({
      where,
      select: { forge: true, createdAt: true, createdByName: true },
      orderBy: { forge: "asc" },
    }),
    reader.database.inboundDelivery.findMany({ where, orderBy: { id: "desc" }, take: loggedAtMost }),
  ]);
  return {
    ...headOf(reader.settings, actor, head),
    hooks: hooks.map(hookOf),
    sent: sent.map(sentOf),
    inbound: inbound.flatMap(({ forge, createdAt, createdByName }) =>
      isInboundForge(forge)
        ? [{ forge, url: `${reader.settings.dashboardOrigin}/webhooks/${forge}/${head.slug}`, createdBy: createdByName, createdAt }]
        : [],
    ),
    received: received.map(receivedOf),
  };
}

function hookOf({ id, name, format, host, kinds, enabled, createdByName, createdAt }: ProjectHookModel): HookRow {
  return { id, name, format: format === "slack" ? "slack" : "signed", host, kinds, enabled, createdBy: createdByName, createdAt };
}

function sentOf(row: OutgoingMessageModel & { readonly hook: { readonly name: string } | null }): OutgoingDelivery {
  const { id, hook, kind, state, attempts, answer, problem, durationMs, createdAt, nextAt } = row;
  return {
    id,
    hook: hook?.name ?? "",
    kind,
    state: state === "sent" || state === "failed" || state === "dropped" ? state : "waiting",
    attempts,
    answer,
    problem,
    durationMs,
    createdAt,
    nextAt: state === "waiting" ? nextAt : null,
  };
}

function receivedOf({ id, forge, event, ref, outcome, reason, at }: InboundDeliveryModel): InboundDeliveryRow {
  return { id: String(id), forge, event, ref, outcome: outcome === "taken" || outcome === "ignored" ? outcome : "refused", reason, at };
}

export type NotificationsPage = ProjectHead & {
  /** Whether the viewer hears nothing of the project. */
  readonly muted: boolean;
  /** Null for whoever may not administer the project. */
  readonly outgoing: ProjectHooks | null;
};

/** A project's page of notifications: one's own choice, and for admins what the project tells others. */
export async function getProjectNotifications(reader: Reader, actor: Actor, slug: string): Promise<NotificationsPage> {
  const head = await readProject(reader, actor, slug);
  const muted = await isMuted(reader, actor, slug);
  const shown = headOf(reader.settings, actor, head);
  return { ...shown, muted, outgoing: shown.mayAdminister ? await getProjectHooks(reader, actor, slug) : null };
}
