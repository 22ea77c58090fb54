"use server";

import type { ActionResult } from "#lib/core/problem.ts";
import { setRoles } from "#lib/domain/members/commands/set-roles.ts";
import { fieldsOf, runAction } from "#lib/server/run-action.ts";

export async function setMemberRoles(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  const input = { ...fieldsOf(form, ["project", "email", "person", "group"]), roles: form.getAll("role") };
  return runAction(setRoles, input, ({ member, after }) => ({
    status: "done",
    message: after.length === 0 ? `${member.name} has no role here any more.` : `${member.name}: ${after.join(", ")}.`,
  }));
}
