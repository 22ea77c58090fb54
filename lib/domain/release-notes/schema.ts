import { z } from "zod";

/** A tag or an environment: `tag:v2.1`, `environment:production`. */
const side = z.string().regex(/^(?:tag|environment):[^\p{Cc}]{1,250}$/u, "Choose a tag or an environment.");

export const compareInput = z.strictObject({ project: z.string().min(1).max(64), from: side, to: side });

export const bodyMaxLength = 40_000;
export const editNoteInput = z.strictObject({
  note: z.uuid(),
  /** The version that was read: somebody else's words are not overwritten unseen. */
  version: z.coerce.number().int().min(1),
  /** Left out, or empty: what is made from the commits again. */
  body: z.string().max(bodyMaxLength, `Use at most ${bodyMaxLength} characters.`).optional(),
});

/** A project keeps this many notes; of those that nobody edited the oldest go first. */
export const notesAtMost = 200;
