import { z } from "zod";

/** What the supervisor asks of the short-lived process that prepares the database, and what it answers. */
export const preparationSchema = z.object({
  adminUrl: z.string(),
  /** A server that is not ours may be anywhere, and its trouble needs another sentence. */
  isEmbedded: z.boolean(),
  passwords: z.object({ web: z.string(), worker: z.string(), gateway: z.string(), scheduler: z.string() }),
  admin: z.object({ email: z.string().optional(), password: z.string().optional(), token: z.string().optional() }),
});
export type Preparation = z.infer<typeof preparationSchema>;

export const preparedSchema = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("prepared"),
    serverVersion: z.string(),
    applied: z.array(z.string()),
    urls: z.object({ web: z.string(), worker: z.string(), gateway: z.string(), scheduler: z.string() }),
    /** Whether each process has a database identity of its own. */
    guarded: z.boolean(),
    setupCode: z.string().nullable(),
  }),
  z.object({ type: z.literal("failed"), sentence: z.string() }),
]);
export type Prepared = Extract<z.infer<typeof preparedSchema>, { type: "prepared" }>;
