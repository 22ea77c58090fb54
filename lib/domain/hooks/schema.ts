import { z } from "zod";

import { toldKinds } from "#lib/core/event-kinds.ts";

export const hookFormats = ["signed", "slack"] as const;
export const mostHooks = 20;

/** An address somebody typed: where it leads is judged when it is used. */
export const hookUrl = z
  .string()
  .trim()
  .max(2_000)
  .refine((text) => isHttpUrl(text), "Use an https or http address without a user name in it.");

export const hookFields = {
  name: z.string().trim().min(1).max(100),
  format: z.enum(hookFormats),
  url: hookUrl,
  kinds: z.array(z.enum(toldKinds)).min(1, "Choose at least one kind.").max(toldKinds.length),
};

export const hookChanges = {
  name: hookFields.name.optional(),
  kinds: hookFields.kinds.optional(),
  enabled: z.boolean().optional(),
};

function isHttpUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return (url.protocol === "https:" || url.protocol === "http:") && url.username === "" && url.password === "";
}
