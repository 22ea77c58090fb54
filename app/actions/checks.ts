"use server";

import type { ActionResult } from "#lib/core/problem.ts";
import { rerunCheck as rerunCommand } from "#lib/domain/checks/commands/rerun.ts";
import { fieldsOf, runAction } from "#lib/server/run-action.ts";

export async function rerunCheck(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(rerunCommand, fieldsOf(form, ["check"]), () => ({
    status: "done",
    message: "Forgotten: it runs again with the next deployment of this image.",
  }));
}
