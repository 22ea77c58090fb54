import { z } from "zod";

/** What the doctor looks at, in the order in which it is shown. */
export const findingCodes = [
  "answers",
  "version",
  "leader",
  "events",
  "clock",
  "docker",
  "executor_timeout",
  "registry",
  "pull",
  "offers",
] as const;
export type FindingCode = (typeof findingCodes)[number];

export const findingTitles: Readonly<Record<FindingCode, string>> = {
  answers: "Marathon answers",
  version: "Version and dialect",
  leader: "Leader",
  events: "Event stream",
  clock: "Clock",
  docker: "Docker containerizer",
  executor_timeout: "Executor registration timeout",
  registry: "Image registry",
  pull: "Pull credentials",
  offers: "Room for the default app",
};

const findingSchema = z.object({
  code: z.enum(findingCodes),
  state: z.enum(["ok", "warning", "problem", "unknown"]),
  /** What was found; of `unknown`, why it is not known. */
  words: z.string(),
  /** What to do about it; null where nothing needs to be done. */
  wayOut: z.string().nullable(),
});
export type Finding = z.infer<typeof findingSchema>;
export type FindingState = Finding["state"];

const reportSchema = z.array(findingSchema);

/** The doctor's last findings as they were stored; null before the first look. */
export function findingsOf(report: unknown): Finding[] | null {
  return reportSchema.safeParse(report).data ?? null;
}

/** The worst of the findings: what a list shows of a cluster. What is not known and asks for nothing weighs nothing. */
export function worstOf(findings: readonly Finding[]): FindingState {
  const weighing = findings.filter(({ state, wayOut }) => state !== "unknown" || wayOut !== null);
  const order = ["problem", "warning", "unknown", "ok"] as const;
  return order.find((state) => weighing.some((finding) => finding.state === state)) ?? "unknown";
}
