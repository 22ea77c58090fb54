"use server";

import { revalidatePath } from "next/cache";
import { redirect } from "next/navigation";

import type { ActionResult } from "#lib/core/problem.ts";
import { endViewAs as endCommand, viewAs as viewAsCommand } from "#lib/domain/access/commands/view-as.ts";
import { fieldsOf, runAction } from "#lib/server/run-action.ts";

export async function viewAs(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(viewAsCommand, fieldsOf(form, ["person", "role"]), () => {
    // Nothing of what the browser kept was made for those eyes, the frame around the page included.
    revalidatePath("/", "layout");
    // To the front page: what was open may not exist for them.
    redirect("/");
  });
}

export async function endViewAs(_previous: ActionResult, _form: FormData): Promise<ActionResult> {
  return runAction(endCommand, {}, () => {
    revalidatePath("/", "layout");
    return { status: "done", message: "You see Berth as yourself again." };
  });
}
