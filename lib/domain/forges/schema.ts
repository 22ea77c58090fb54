import { z } from "zod";

import { forgeNames } from "#lib/core/forge-names.ts";

import { hookUrl } from "../hooks/schema.ts";

export const forgeFields = {
  forge: z.enum(forgeNames),
  apiUrl: hookUrl.transform((text) => text.replace(/\/+$/, "")),
  repository: z
    .string()
    .trim()
    .max(300)
    .regex(/^[\w.-]+(?:\/[\w.-]+)+$/, "Use owner/name as the forge shows it."),
  /** Left out: the one that is kept stays. */
  accessToken: z
    .string()
    .trim()
    .min(8)
    .max(1_000)
    .regex(/^[\x21-\x7e]+$/, "A token has no spaces.")
    .optional(),
  statuses: z.boolean(),
  comments: z.boolean(),
};
