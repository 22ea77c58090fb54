import { z } from "zod";

/** The id in a job's payload. Throws when it is not one: such a job is a mistake and is reported by the queue. */
export function parsePayload(
  payload: unknown,
  field: "buildId" | "environmentId" | "projectId" | "clusterId" | "promotionId" | "checkRunId" | "handOverId",
): string {
  return z.uuid().parse(z.record(z.string(), z.unknown()).parse(payload)[field]);
}
