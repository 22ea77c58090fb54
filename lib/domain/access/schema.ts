import { z } from "zod";

import { allVerbs } from "./policy.ts";

const longestDays = 365;

const days = z.number().int().min(1).max(longestDays, "A token lives for a year at most.");
const moment = z.iso.datetime({ offset: true, error: "Give a number of days, or a moment such as 2027-01-31T12:00:00Z." });

/** A new API token. What is left out is not limited, as far as the token that makes it is not. */
export const tokenInput = z.strictObject({
  /** Whose: an id or e-mail address. One's own when left out; another's for whoever manages people. */
  person: z.string().trim().min(3).max(254).toLowerCase().optional(),
  name: z.string().trim().min(1, "Give it a name.").max(100),
  /** Slugs of the projects it may be used for. */
  projects: z.array(z.string().min(1).max(64)).min(1, "Choose at least one project.").max(100).optional(),
  verbs: z
    .array(z.enum(allVerbs))
    .min(1, "Choose at least one thing it may do.")
    .max(2 * allVerbs.length)
    .optional(),
  /** In days from now, or as a moment; 90 days when left out. */
  expires: z.union([days, moment]).optional(),
});
export type TokenInput = z.output<typeof tokenInput>;
