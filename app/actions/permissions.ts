"use server";

import type { ActionResult } from "#lib/core/problem.ts";
import { setDefaultPermissions, setProjectPermissions, type MatrixWritten } from "#lib/domain/permissions/commands/set.ts";
import { fieldsOf, runAction } from "#lib/server/run-action.ts";

const saved = ({ people }: MatrixWritten): ActionResult => ({
  status: "done",
  message: people === 0 ? "Saved." : `Saved. It counts for ${people === 1 ? "one person" : `${people} people`} from the next click on.`,
});

export async function saveDefaultPermissions(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(setDefaultPermissions, { ...fieldsOf(form, ["fingerprint"]), matrix: jsonIn(form, "matrix") }, saved);
}

export async function saveProjectPermissions(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(setProjectPermissions, { ...fieldsOf(form, ["project", "fingerprint"]), matrix: jsonIn(form, "matrix") }, saved);
}

export async function giveUpOwnPermissions(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(setProjectPermissions, { ...fieldsOf(form, ["project", "fingerprint"]), matrix: null }, () => ({
    status: "done",
    message: "The platform’s default counts again.",
  }));
}

/** A field that holds JSON; what cannot be read is left to the command to refuse. */
function jsonIn(form: FormData, name: string): unknown {
  const text = form.get(name);
  try {
    return typeof text === "string" ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}
