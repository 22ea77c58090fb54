import { z } from "zod";

export const verdictKinds = ["approve", "reject", "not_testable"] as const;
export const wordsMaxLength = 4_000;
export const evidenceMax = 6;
const checklistMax = 100;

const words = z.string().trim().max(wordsMaxLength, `Use at most ${wordsMaxLength} characters.`);

const answer = z.strictObject({
  item: z.string().trim().min(1).max(200),
  /** Null: not looked at. */
  ok: z.boolean().nullable(),
});

export const giveVerdictInput = z
  .strictObject({
    environment: z.uuid(),
    verdict: z.enum(verdictKinds),
    words: words.default(""),
    /** The release he looked at: refused when another is live by now. Left out: what is live. */
    release: z.uuid().optional(),
    /** The newest verdict he knew of, or "none": refused when somebody gave another meanwhile. Left out: not asked. */
    seen: z.union([z.uuid(), z.literal("none")]).optional(),
    checklist: z.array(answer).max(checklistMax).default([]),
    /** Pictures that he uploaded for it. */
    evidence: z.array(z.uuid()).max(evidenceMax, `Add at most ${evidenceMax} pictures.`).default([]),
  })
  .refine(({ verdict, words: text }) => verdict === "approve" || text !== "", {
    path: ["words"],
    message: "Say why: these words are what the author reads.",
  })
  .refine(({ verdict, checklist }) => verdict !== "approve" || checklist.every(({ ok }) => ok !== false), {
    path: ["checklist"],
    message: "An item that failed is a reason to reject, not to approve.",
  });

const storedChecklist = z.array(z.object({ item: z.string(), ok: z.boolean().nullable() }));

export interface ChecklistAnswer {
  readonly item: string;
  readonly ok: boolean | null;
}

/** The answers of a stored verdict. */
export function readChecklist(stored: unknown): readonly ChecklistAnswer[] {
  const parsed = storedChecklist.safeParse(stored);
  return parsed.success ? parsed.data : [];
}
