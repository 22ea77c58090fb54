import { z } from "zod";

/** How somebody is called. Any language; one line. */
export const personName = z
  .string()
  .trim()
  .min(1, "Enter a name.")
  .max(100, "Use at most 100 characters.")
  .regex(/^[^\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]+$/u, "Leave out control characters.");

/** What a list of people may be narrowed to. */
export const personFilters = ["active", "invited", "disabled", "admins"] as const;
export type PersonFilter = (typeof personFilters)[number];

/** The kinds of identity providers; the name of one in the database begins with its kind. */
export const providerKinds = ["oidc", "github", "gitlab"] as const;

/**
 * How it stands with somebody: may sign in; was added but has no way to sign in yet; is shut out.
 */
export type PersonState = "active" | "invited" | "disabled";
