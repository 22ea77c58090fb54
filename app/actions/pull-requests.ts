"use server";

import { redirect } from "next/navigation";

import type { ActionResult } from "#lib/core/problem.ts";
import { approvePullRequest as approveCommand } from "#lib/domain/pull-requests/commands/approve.ts";
import { followPullRequests as followCommand } from "#lib/domain/pull-requests/commands/follow.ts";
import { fieldsOf, runAction } from "#lib/server/run-action.ts";

export async function approvePullRequest(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(approveCommand, fieldsOf(form, ["project", "number", "commit"]), ({ deploymentId }) =>
    redirect(`/deployments/${deploymentId}`),
  );
}

export async function followPullRequests(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  const { on, ...fields } = fieldsOf(form, ["project", "on"]);
  return runAction(followCommand, { ...fields, on: on === "true" }, ({ on: isOn }) => ({
    status: "done",
    message: isOn ? "Berth looks for pull requests now." : "Pull requests are followed no longer.",
  }));
}
