import { z } from "zod";

import { toldKinds } from "#lib/core/event-kinds.ts";
import { createHook, removeHook } from "#lib/domain/hooks/commands/edit.ts";
import { redeliverOutgoing } from "#lib/domain/hooks/commands/send.ts";
import { getProjectHooks } from "#lib/domain/hooks/queries.ts";
import { hookFields } from "#lib/domain/hooks/schema.ts";

import { operation } from "./operation.ts";
import { idParams, slugParams, time } from "./schemas.ts";

const hookSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    format: z.enum(["signed", "slack"]),
    host: z.string().meta({ description: "Where it goes; the whole address is kept sealed" }),
    kinds: z.array(z.string()),
    enabled: z.boolean(),
    createdBy: z.string().nullable(),
    createdAt: time,
  })
  .meta({ id: "Webhook" });
const deliverySchema = z
  .object({
    id: z.uuid(),
    hook: z.string(),
    kind: z.string(),
    state: z.enum(["waiting", "sent", "failed", "dropped"]),
    attempts: z.number(),
    answer: z.number().nullable().meta({ description: "HTTP status of the last attempt" }),
    problem: z.string().nullable(),
    durationMs: z.number().nullable(),
    createdAt: time,
    nextAt: time.nullable(),
  })
  .meta({ id: "WebhookDelivery" });

export const webhookOperations = [
  operation({
    method: "GET",
    path: "/projects/{slug}/webhooks",
    id: "listWebhooks",
    summary: "Webhooks Berth sends for a project, and the latest deliveries",
    tag: "webhooks",
    params: slugParams,
    success: { status: 200, schema: z.object({ webhooks: z.array(hookSchema), deliveries: z.array(deliverySchema) }) },
    async run({ services, actor, params }) {
      const { hooks, sent } = await getProjectHooks(services, actor, params.slug);
      return { webhooks: hooks.map((hook) => ({ ...hook, kinds: [...hook.kinds] })), deliveries: [...sent] };
    },
  }),
  operation({
    method: "POST",
    path: "/projects/{slug}/webhooks",
    id: "createWebhook",
    summary: "Have Berth tell a server what happens. The secret it signs with is shown this one time",
    tag: "webhooks",
    params: slugParams,
    body: z.strictObject({ ...hookFields, kinds: z.array(z.enum(toldKinds)).min(1) }),
    success: { status: 201, schema: z.object({ id: z.uuid(), secret: z.string().nullable() }) },
    run: ({ services, actor, params, body }) => createHook.run(services, actor, { ...body, project: params.slug }),
  }),
  operation({
    method: "DELETE",
    path: "/webhooks/{id}",
    id: "deleteWebhook",
    summary: "Remove a webhook with its log",
    tag: "webhooks",
    params: idParams,
    success: { status: 200, schema: z.object({ id: z.uuid() }) },
    run: ({ services, actor, params }) => removeHook.run(services, actor, { hook: params.id }),
  }),
  operation({
    method: "POST",
    path: "/webhook-deliveries/{id}/redeliver",
    id: "redeliverWebhook",
    summary: "Send one delivery again, under the same id",
    tag: "webhooks",
    params: idParams,
    success: { status: 202, schema: z.object({ id: z.uuid() }) },
    run: ({ services, actor, params }) => redeliverOutgoing.run(services, actor, { delivery: params.id }),
  }),
];
