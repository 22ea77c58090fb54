"use server";

import type { ActionResult } from "#lib/core/problem.ts";
import { createJob as createCommand } from "#lib/domain/jobs/commands/create.ts";
import { deleteJob as deleteCommand } from "#lib/domain/jobs/commands/delete.ts";
import { pauseJob as pauseCommand, resumeJob as resumeCommand } from "#lib/domain/jobs/commands/pause.ts";
import { runJob as runCommand } from "#lib/domain/jobs/commands/run.ts";
import { stopRun as stopCommand } from "#lib/domain/jobs/commands/stop-run.ts";
import { updateJob as updateCommand } from "#lib/domain/jobs/commands/update.ts";
import { fieldsOf, runAction } from "#lib/server/run-action.ts";

const plainFields = [
  "name",
  "startKind",
  "cpus",
  "mem",
  "scheduleKind",
  "schedule",
  "timeZone",
  "concurrency",
  "startDeadlineSeconds",
  "timeLimitSeconds",
  "retries",
  "retryPauseSeconds",
];

/** A job's fields as the form sends them; arguments come one on each line. */
function jobFieldsOf(form: FormData) {
  const text = (name: string) => {
    const value = form.get(name);
    return typeof value === "string" ? value.replaceAll("\r\n", "\n") : "";
  };
  const lines = text("arguments").split("\n");
  return { ...fieldsOf(form, plainFields), command: text("command"), arguments: lines.filter((line) => line !== "") };
}

export async function createJob(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  const input = { ...jobFieldsOf(form), ...fieldsOf(form, ["environment"]) };
  return runAction(createCommand, input, ({ name }) => ({ status: "done", message: `Job ${name} is there.` }));
}

export async function updateJob(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  const input = { ...jobFieldsOf(form), ...fieldsOf(form, ["job"]) };
  return runAction(updateCommand, input, ({ name }) => ({ status: "done", message: `Job ${name} was changed.` }));
}

export async function deleteJob(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(deleteCommand, fieldsOf(form, ["job"]), () => ({ status: "done", message: "Job deleted." }));
}

export async function pauseJob(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(pauseCommand, fieldsOf(form, ["job"]), () => ({ status: "done", message: "Paused." }));
}

export async function resumeJob(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(resumeCommand, fieldsOf(form, ["job"]), () => ({ status: "done", message: "It follows its schedule again." }));
}

export async function runJob(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(runCommand, fieldsOf(form, ["job"]), ({ number }) => ({ status: "done", message: `Run #${number} begins.` }));
}

export async function stopRun(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(stopCommand, fieldsOf(form, ["run"]), ({ number }) => ({ status: "done", message: `Run #${number} is being stopped.` }));
}
