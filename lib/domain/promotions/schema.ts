import { z } from "zod";

const words = z.string().trim().max(2_000, "Use at most 2000 characters.");
/** Left out, or a few words. */
const optionalWords = words.optional().transform((text) => (text === "" ? undefined : text));

export const promoteInput = z.strictObject({
  environment: z.uuid(),
  /** The stage's name or id. */
  to: z.string().trim().min(1).max(64),
  /** What is to be carried: refused when something else is live by then. */
  digest: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/, "A digest is sha256: and 64 hexadecimal digits.")
    .optional(),
  reason: optionalWords,
  /** Why it may go in spite of a freeze; a second person has to agree. */
  overrideReason: optionalWords,
});

export const keepInput = z.enum(["configuration", "image"]);

export const rollbackInput = z.strictObject({
  environment: z.uuid(),
  /** The release's id or number. */
  release: z.union([z.uuid(), z.coerce.number().int().min(1).max(2_147_483_647)]),
  /** What stays as it is today; left out, image and configuration both go back. */
  keep: keepInput.optional(),
  reason: optionalWords,
  overrideReason: optionalWords,
});

export const approveInput = z.strictObject({ promotion: z.uuid(), words: optionalWords });
export const withdrawInput = z.strictObject({ promotion: z.uuid(), reason: optionalWords });
