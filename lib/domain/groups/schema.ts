import { z } from "zod";

/** What a group is called. */
export const groupName = z
  .string()
  .trim()
  .min(1, "Give it a name.")
  .max(60, "Use at most 60 characters.")
  .regex(/^[^\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]+$/u, "Leave out control characters.");

/** A value of an identity provider's group claim, exactly as the provider writes it. */
export const groupClaim = z
  .string()
  .trim()
  .min(1, "Enter the group's name at the identity provider.")
  .max(200, "Use at most 200 characters.")
  .regex(/^[^\p{Cc}]+$/u, "Leave out control characters.");
