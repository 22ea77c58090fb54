import { z } from "zod";

/** What is told of an event outside of the dashboard: facts and addresses, no secrets. */
const messageBody = z.object({
  kind: z.string(),
  headline: z.string(),
  message: z.string().nullable(),
  actor: z.string().nullable(),
  at: z.iso.datetime(),
  /** Why this person is told; only in mails. */
  reason: z.string().optional(),
  /** The page of it on the dashboard. */
  url: z.string(),
  project: z.object({ slug: z.string(), name: z.string() }),
  environment: z.object({ name: z.string(), stage: z.string(), url: z.string() }).nullable(),
  deployment: z.object({ id: z.string(), number: z.number(), commit: z.string() }).nullable(),
  detail: z.record(z.string(), z.json()),
});
export type MessageBody = z.output<typeof messageBody>;

const plainObject = z.record(z.string(), z.json());

/** Plain data, as a column of JSON takes it. */
export function jsonOf(value: unknown): z.output<typeof plainObject> {
  return plainObject.parse(JSON.parse(JSON.stringify(value)));
}

/** A body as it was stored; null when it is of another kind. */
export function readBody(stored: unknown): MessageBody | null {
  const parsed = messageBody.safeParse(stored);
  return parsed.success ? parsed.data : null;
}
