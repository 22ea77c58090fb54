import { z } from "zod";

import { toldKinds } from "#lib/core/event-kinds.ts";
import { markRead } from "#lib/domain/notifications/commands/read.ts";
import { listNotifications } from "#lib/domain/notifications/queries.ts";

import { operation } from "./operation.ts";
import { time } from "./schemas.ts";

const notificationSchema = z
  .object({
    id: z.string(),
    kind: z.enum(toldKinds),
    headline: z.string(),
    message: z.string().nullable(),
    project: z.string(),
    because: z.string(),
    by: z.string().nullable(),
    at: time,
    read: z.boolean(),
    href: z.string(),
  })
  .meta({ id: "Notification" });

export const notificationOperations = [
  operation({
    method: "GET",
    path: "/notifications",
    id: "listNotifications",
    summary: "What you were told, the newest first",
    tag: "notifications",
    query: z.strictObject({
      before: z
        .string()
        .regex(/^\d{1,18}$/)
        .optional(),
      limit: z.coerce.number().int().min(1).max(100).optional(),
      unread: z.enum(["true", "false"]).optional(),
    }),
    success: {
      status: 200,
      schema: z.object({ notifications: z.array(notificationSchema), unread: z.number(), before: z.string().nullable() }),
    },
    async run({ services, actor, query }) {
      const { items, unread, before } = await listNotifications(services, actor, {
        before: query.before,
        ...(query.limit === undefined ? {} : { limit: query.limit }),
        onlyUnread: query.unread === "true",
      });
      return { notifications: [...items], unread, before };
    },
  }),
  operation({
    method: "POST",
    path: "/notifications/read",
    id: "markNotificationsRead",
    summary: "Mark notifications of yours as read",
    tag: "notifications",
    body: z.strictObject({ ids: z.array(z.string()).max(200).optional(), all: z.boolean().optional() }),
    success: { status: 200, schema: z.object({ count: z.number() }) },
    run: ({ services, actor, body }) => markRead.run(services, actor, body),
  }),
];
