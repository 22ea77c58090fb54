import { z } from "zod";

/** Losses with less than this between them are one incident. */
const quietMs = 10 * 60_000;
/** From so many losses on it is a loop and no accident. */
export const loopFrom = 3;
const reasonLength = 500;

/** A loss of tasks, and the losses that followed it, as the environment's row keeps it. */
const incidentSchema = z.strictObject({
  taskId: z.string(),
  reason: z.string(),
  firstAt: z.iso.datetime(),
  lastAt: z.iso.datetime(),
  count: z.number().int().min(1),
  /** What the timeline was told: nothing yet, that a task was replaced, that it is a loop. */
  told: z.enum(["nothing", "replaced", "loop"]),
  /** Instances are missing at the moment. */
  open: z.boolean(),
  /** When the cluster tries again; null: it is not holding back. */
  nextTryAt: z.iso.datetime().nullable(),
  /** The last lines that the lost task wrote, cleaned and without secrets. */
  tail: z.string(),
});
export type Incident = z.output<typeof incidentSchema>;

/** The stored incident; null where there is none, or none that can be read. */
export function incidentOf(stored: unknown): Incident | null {
  return incidentSchema.safeParse(stored).data ?? null;
}

/** The incident with one more loss: the same one when the last is not long ago. */
export function withLoss(before: Incident | null, loss: { taskId: string; reason: string }, now: Date): Incident {
  const goesOn = before !== null && now.getTime() - Date.parse(before.lastAt) < quietMs;
  return {
    taskId: loss.taskId,
    reason: loss.reason.slice(0, reasonLength),
    firstAt: goesOn ? before.firstAt : now.toISOString(),
    lastAt: now.toISOString(),
    count: goesOn ? before.count + 1 : 1,
    told: goesOn ? before.told : "nothing",
    open: true,
    nextTryAt: null,
    tail: "",
  };
}

/** What the timeline has to be told now, once for each of the two; null: nothing new. */
export function newsOf(incident: Incident): { readonly told: "replaced" | "loop"; readonly message: string } | null {
  if (incident.count >= loopFrom && incident.told !== "loop")
    return { told: "loop", message: `It ends again and again: ${incident.count} times by now. Last reason: ${incident.reason}` };
  if (!incident.open && incident.told === "nothing")
    return {
      told: "replaced",
      message: `${incident.count === 1 ? "A task was lost and replaced" : `${incident.count} tasks were lost and replaced`}: ${incident.reason}`,
    };
  return null;
}
