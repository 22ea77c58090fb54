"use server";

import type { ActionResult } from "#lib/core/problem.ts";
import { deleteVariable as deleteCommand, setVariable as setCommand } from "#lib/domain/variables/commands/set.ts";
import { fieldsOf, runAction } from "#lib/server/run-action.ts";

export async function setVariable(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  const value = form.get("value");
  const input = {
    ...fieldsOf(form, ["project", "scope", "stage", "environment", "name", "kind"]),
    value: typeof value === "string" ? value.replaceAll("\r\n", "\n") : "",
  };
  return runAction(setCommand, input, () => ({ status: "done", message: "Saved. What runs with it is deployed again." }));
}

export async function deleteVariable(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(deleteCommand, fieldsOf(form, ["variable"]), () => ({
    status: "done",
    message: "Removed. What ran with it is deployed again.",
  }));
}
