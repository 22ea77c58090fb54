"use server";

import type { ActionResult } from "#lib/core/problem.ts";
import { checksIn } from "#lib/domain/checks/lines.ts";
import { addStage as addCommand } from "#lib/domain/stages/commands/add.ts";
import { removeStage as removeCommand } from "#lib/domain/stages/commands/remove.ts";
import { reorderStages as reorderCommand } from "#lib/domain/stages/commands/reorder.ts";
import { updateStage as updateCommand } from "#lib/domain/stages/commands/update.ts";
import { fieldsOf, runAction } from "#lib/server/run-action.ts";

const texts = ["name", "title", "kind", "refPattern", "starts"] as const;
const numbers = ["instances", "cpus", "mem", "approvalsRequired", "rollbackAfterSeconds"] as const;
const switches = ["redeployOnPush", "verdictRequired", "autoRollback", "public"] as const;

export async function addStage(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  const { project } = fieldsOf(form, ["project"]);
  return runAction(addCommand, { project, ...stageIn(form) }, () => ({ status: "done", message: "Added." }));
}

export async function updateStage(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  const { stage, version } = fieldsOf(form, ["stage", "version"]);
  const input = { stage, ...(version === undefined ? {} : { version: Number(version) }), ...stageIn(form) };
  return runAction(updateCommand, input, () => ({ status: "done", message: "Saved. Sizes and checks apply from the next deployment on." }));
}

export async function reorderStages(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  const { project, stages = "" } = fieldsOf(form, ["project", "stages"]);
  return runAction(reorderCommand, { project, stages: stages.split(" ") }, () => ({ status: "done", message: "Moved." }));
}

export async function removeStage(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(removeCommand, fieldsOf(form, ["stage"]), () => ({ status: "done", message: "Removed." }));
}

/** What a stage's form says. A box that is not ticked says no only where the form has such a box. */
function stageIn(form: FormData): Record<string, unknown> {
  const { refKind, perRef, ttlHours, ...fields } = fieldsOf(form, [...texts, ...numbers, "refKind", "perRef", "ttlHours"]);
  const counted = numbers.flatMap((name) => (fields[name] === undefined ? [] : [[name, Number(fields[name])] as const]));
  const boxes = new Set(form.getAll("box"));
  const ticked = switches.flatMap((name) => (boxes.has(name) ? [[name, form.get(name) !== null] as const] : []));
  const lines = form.get("checks");
  return {
    ...fields,
    ...Object.fromEntries(counted),
    ...Object.fromEntries(ticked),
    ...(refKind === undefined ? {} : { refKind: refKind === "none" ? null : refKind }),
    ...(perRef === undefined ? {} : { perRef: perRef === "ref" }),
    ...(form.has("ttlHours") ? { ttlHours: ttlHours === undefined ? null : Number(ttlHours) } : {}),
    ...(typeof lines === "string" ? { checks: checksIn(lines) } : {}),
  };
}
