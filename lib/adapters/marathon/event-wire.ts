import { z } from "zod";

import type { MarathonEvent } from "./model.ts";
import { stepSchema } from "./wire.ts";

const textOrNull = z.string().max(10_000).nullable().catch(null).default(null);

const eventSchema = z.object({
  eventType: z.string().max(200).optional().catch(undefined),
  timestamp: textOrNull,
  appId: textOrNull,
  runSpecId: textOrNull,
  taskId: textOrNull,
  instanceId: textOrNull,
  taskStatus: textOrNull,
  condition: textOrNull,
  message: textOrNull,
  reason: textOrNull,
  id: textOrNull,
  appDefinition: z.object({ id: z.string() }).nullish().catch(null),
  plan: z
    .object({ id: textOrNull, steps: z.array(stepSchema).nullish().catch([]) })
    .nullish()
    .catch(null),
});

/** One frame as an event, or null when it is none: no JSON, no object, no type. */
export function toEvent(frame: { readonly event?: string | undefined; readonly data: string }): MarathonEvent | null {
  const parsed = eventSchema.safeParse(parseJson(frame.data)).data;
  const type = parsed?.eventType ?? frame.event;
  if (parsed === undefined || type === undefined || type === "" || type === "connected") return null;
  const appId = parsed.appId ?? parsed.runSpecId ?? parsed.appDefinition?.id ?? null;
  const planned = (parsed.plan?.steps ?? []).flat().flatMap((action) => action.app ?? []);
  return {
    type,
    timestamp: parsed.timestamp,
    appId,
    appIds: [...new Set([...(appId === null ? [] : [appId]), ...planned])],
    taskId: parsed.taskId ?? parsed.instanceId,
    taskStatus: parsed.taskStatus ?? parsed.condition,
    deploymentId: type.startsWith("deployment_") ? (parsed.id ?? parsed.plan?.id ?? null) : null,
    message: parsed.message ?? parsed.reason,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
