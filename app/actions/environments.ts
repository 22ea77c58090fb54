"use server";

import { redirect } from "next/navigation";

import type { ActionResult } from "#lib/core/problem.ts";
import { cancel } from "#lib/domain/deployments/commands/cancel.ts";
import { destroy as destroyCommand } from "#lib/domain/environments/commands/destroy.ts";
import { preview as previewCommand } from "#lib/domain/environments/commands/preview.ts";
import { redeploy as redeployCommand } from "#lib/domain/environments/commands/redeploy.ts";
import { start as startCommand } from "#lib/domain/environments/commands/start.ts";
import { stop as stopCommand } from "#lib/domain/environments/commands/stop.ts";
import { fieldsOf, runAction } from "#lib/server/run-action.ts";

export async function preview(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(previewCommand, fieldsOf(form, ["project", "stage", "ref"]), ({ deploymentId }) =>
    redirect(`/deployments/${deploymentId}`),
  );
}

export async function redeploy(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(redeployCommand, fieldsOf(form, ["environment"]), ({ deploymentId }) => redirect(`/deployments/${deploymentId}`));
}

export async function stop(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(stopCommand, fieldsOf(form, ["environment"]), () => ({ status: "done", message: "Stopping." }));
}

export async function start(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(startCommand, fieldsOf(form, ["environment"]), () => ({ status: "done", message: "Starting." }));
}

export async function destroy(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(destroyCommand, fieldsOf(form, ["environment"]), () => ({
    status: "done",
    message: "Going away; it takes a few seconds.",
  }));
}

export async function cancelDeployment(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(cancel, fieldsOf(form, ["deployment"]), () => ({ status: "done", message: "Cancelling." }));
}
