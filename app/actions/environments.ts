"use server";

import { redirect } from "next/navigation";

import type { ActionResult } from "#lib/core/problem.ts";
import { cancel } from "#lib/domain/deployments/commands/cancel.ts";
import { destroy as destroyCommand } from "#lib/domain/environments/commands/destroy.ts";
import { preview as previewCommand } from "#lib/domain/environments/commands/preview.ts";
import { redeploy as redeployCommand } from "#lib/domain/environments/commands/redeploy.ts";
import { resetDelay as resetDelayCommand } from "#lib/domain/environments/commands/reset-delay.ts";
import { restart as restartCommand } from "#lib/domain/environments/commands/restart.ts";
import { scale as scaleCommand } from "#lib/domain/environments/commands/scale.ts";
import { start as startCommand } from "#lib/domain/environments/commands/start.ts";
import { stop as stopCommand } from "#lib/domain/environments/commands/stop.ts";
import { fieldsOf, runAction } from "#lib/server/run-action.ts";

export async function preview(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(previewCommand, fieldsOf(form, ["project", "stage", "ref"]), ({ deploymentId }) =>
    redirect(`/deployments/${deploymentId}`),
  );
}

export async function redeploy(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(redeployCommand, fieldsOf(form, ["environment", "commit"]), ({ deploymentId }) =>
    redirect(`/deployments/${deploymentId}`),
  );
}

export async function restart(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(restartCommand, fieldsOf(form, ["environment"]), ({ deploymentId }) => redirect(`/deployments/${deploymentId}`));
}

export async function scale(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(scaleCommand, fieldsOf(form, ["environment", "instances"]), ({ from, to }) => ({
    status: "done",
    message: from === to ? "It has that many already." : `Scaling from ${from} to ${to}.`,
  }));
}

export async function resetDelay(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(resetDelayCommand, fieldsOf(form, ["environment"]), () => ({ status: "done", message: "Trying again." }));
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
