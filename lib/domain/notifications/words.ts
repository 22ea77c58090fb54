import type { ToldKind } from "#lib/core/event-kinds.ts";

import type { Reason } from "./kinds.ts";

/** Why somebody is told, as the end of "You are told because …". */
export const reasonWords: Readonly<Record<Reason, string>> = {
  author: "you wrote the commit",
  requester: "you asked for it",
  tester: "you give verdicts there",
  promoter: "you may promote it",
  approver: "you may let it in",
  operator: "you look after what runs there",
  judge: "the verdict was yours",
};

const verdictWords: Readonly<Record<string, string>> = {
  approved: "was approved",
  rejected: "was rejected",
  not_testable: "could not be tested",
};

const doings: Readonly<Record<Exclude<ToldKind, "verdict.given">, string>> = {
  "verdict.voided": "needs a new verdict",
  "promotion.requested": "waits for an approval",
  "promotion.approved": "may be promoted",
  "promotion.withdrawn": "is not promoted",
  "promotion.started": "is being promoted",
  "deployment.live": "is live",
  "deployment.failed": "failed to deploy",
  "rollback.started": "is being rolled back",
  "ref.tag_moved": "was moved",
  "freeze.overridden": "goes ahead in a freeze",
  "checks.failed": "did not pass its checks",
  "environment.crashing": "keeps crashing",
  "job.failed": "had a job that failed",
  "image.drifted": "runs something that was not approved",
};

/** What happened in one short line: "staging/v2.2 was rejected". `name` is the environment's, or else the project's. */
export function headlineOf(kind: ToldKind, name: string, detail: Readonly<Record<string, unknown>>): string {
  const ref = detail["ref"] ?? detail["tag"];
  const subject = kind === "ref.tag_moved" && typeof ref === "string" ? ref : name;
  if (kind !== "verdict.given") return `${subject} ${doings[kind]}`;
  const verdict = detail["verdict"];
  return `${subject} ${(typeof verdict === "string" ? verdictWords[verdict] : undefined) ?? "got a verdict"}`;
}

/** Where it leads, as a path on the dashboard. */
export function pathOf(told: {
  readonly kind: ToldKind;
  readonly project: string;
  readonly environment: string | null;
  readonly deploymentId: string | null;
  readonly promotionId?: unknown;
}): string {
  const project = `/p/${encodeURIComponent(told.project)}`;
  if (told.kind === "ref.tag_moved" && told.environment === null) return `${project}/refs`;
  if (told.kind.startsWith("promotion.") && typeof told.promotionId === "string")
    return `${project}/promotions/${encodeURIComponent(told.promotionId)}`;
  if (told.kind === "deployment.failed" && told.deploymentId !== null) return `/deployments/${encodeURIComponent(told.deploymentId)}`;
  if (told.environment === null) return project;
  const slash = told.environment.indexOf("/");
  const [stage, ref] = slash === -1 ? [told.environment, "~"] : [told.environment.slice(0, slash), told.environment.slice(slash + 1)];
  return `${project}/e/${encodeURIComponent(stage)}/${encodeURIComponent(ref)}`;
}
