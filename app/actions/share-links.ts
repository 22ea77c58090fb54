"use server";

import type { ActionResult } from "#lib/core/problem.ts";
import { createShareLink as createCommand } from "#lib/domain/share-links/commands/create.ts";
import { revokeShareLink as revokeCommand } from "#lib/domain/share-links/commands/revoke.ts";
import { fieldsOf, runAction } from "#lib/server/run-action.ts";

export async function createShareLink(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(createCommand, fieldsOf(form, ["environment", "note", "expiresInHours"]), ({ url }) => ({
    status: "done",
    created: { token: url },
  }));
}

export async function revokeShareLink(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(revokeCommand, fieldsOf(form, ["id"]), () => ({ status: "done", message: "Link revoked." }));
}
