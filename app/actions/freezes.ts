"use server";

import type { ActionResult } from "#lib/core/problem.ts";
import { addFreeze as addCommand } from "#lib/domain/freezes/commands/add.ts";
import { removeFreeze as removeCommand } from "#lib/domain/freezes/commands/remove.ts";
import { fieldsOf, runAction } from "#lib/server/run-action.ts";

export async function addFreeze(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  const { kind, from, to, cron, day, time, hours, ...fields } = fieldsOf(form, [
    "project",
    "stage",
    "title",
    "timeZone",
    "kind",
    "from",
    "to",
    "cron",
    "day",
    "time",
    "hours",
  ]);
  const durationMinutes = hours === undefined ? 0 : Math.round(Number(hours) * 60);
  const when =
    kind === "weekly"
      ? { kind: "recurring", cron: weekly(day, time), durationMinutes }
      : kind === "cron"
        ? { kind: "recurring", cron: cron ?? "", durationMinutes }
        : { kind: "once", from: from ?? "", to: to ?? "" };
  return runAction(addCommand, { ...fields, ...when }, () => ({ status: "done", message: "Frozen for that time." }));
}

export async function removeFreeze(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(removeCommand, fieldsOf(form, ["freeze"]), () => ({ status: "done", message: "Lifted." }));
}

/** `1` and `16:00` as cron's five fields. */
function weekly(day = "", time = ""): string {
  const [hour = "", minute = ""] = time.split(":");
  return `${Number(minute)} ${Number(hour)} * * ${day}`;
}
