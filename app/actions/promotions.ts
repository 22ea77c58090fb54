"use server";

import { redirect } from "next/navigation";

import type { ActionResult } from "#lib/core/problem.ts";
import { approvePromotion as approveCommand } from "#lib/domain/promotions/commands/approve.ts";
import { promote as promoteCommand } from "#lib/domain/promotions/commands/promote.ts";
import { rollback as rollbackCommand } from "#lib/domain/promotions/commands/rollback.ts";
import { withdrawPromotion as withdrawCommand } from "#lib/domain/promotions/commands/withdraw.ts";
import { fieldsOf, runAction } from "#lib/server/run-action.ts";

export async function promote(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  const { project = "", ...fields } = fieldsOf(form, ["project", "environment", "to", "digest", "reason", "overrideReason"]);
  return runAction(promoteCommand, fields, ({ promotionId }) => redirect(`/p/${encodeURIComponent(project)}/promotions/${promotionId}`));
}

export async function approvePromotion(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(approveCommand, fieldsOf(form, ["promotion", "words"]), () => ({ status: "done", message: "Agreed." }));
}

export async function withdrawPromotion(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(withdrawCommand, fieldsOf(form, ["promotion", "reason"]), () => ({ status: "done", message: "Withdrawn." }));
}

export async function rollback(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  const { project = "", ...fields } = fieldsOf(form, ["project", "environment", "release", "keep", "reason", "overrideReason"]);
  return runAction(rollbackCommand, fields, ({ deploymentId, promotionId }) =>
    redirect(deploymentId === null ? `/p/${encodeURIComponent(project)}/promotions/${promotionId}` : `/deployments/${deploymentId}`),
  );
}
