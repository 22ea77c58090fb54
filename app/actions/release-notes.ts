"use server";

import { redirect } from "next/navigation";

import { projectHref } from "#components/environments/address.ts";
import type { ActionResult } from "#lib/core/problem.ts";
import { compareReleases as compareCommand } from "#lib/domain/release-notes/commands/compare.ts";
import { editNote as editCommand } from "#lib/domain/release-notes/commands/edit.ts";
import { fieldsOf, runAction } from "#lib/server/run-action.ts";

export async function compareReleases(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  const fields = fieldsOf(form, ["project", "from", "to"]);
  return runAction(compareCommand, fields, ({ id }) => redirect(`${projectHref(fields["project"] ?? "")}/release-notes/${id}`));
}

export async function editNote(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(editCommand, fieldsOf(form, ["note", "version", "body"]), () => ({ status: "done", message: "Saved." }));
}
