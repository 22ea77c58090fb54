"use server";

import { toldKinds } from "#lib/core/event-kinds.ts";
import type { ActionResult } from "#lib/core/problem.ts";
import { chooseNotifications as chooseCommand, muteProject as muteCommand } from "#lib/domain/notifications/commands/choose.ts";
import { markRead as readCommand } from "#lib/domain/notifications/commands/read.ts";
import { sendTestMail as testMailCommand } from "#lib/domain/notifications/commands/test-mail.ts";
import { fieldsOf, runAction } from "#lib/server/run-action.ts";

export async function markRead(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  const { id } = fieldsOf(form, ["id"]);
  return runAction(readCommand, id === undefined ? { all: true } : { ids: [id] }, () => ({ status: "done" }));
}

/** The form has every kind by every channel: a box that is not ticked is a no. */
export async function chooseNotifications(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  const wanted = new Set(form.getAll("wanted").filter((value) => typeof value === "string"));
  const channels = form.get("mail") === null ? (["app"] as const) : (["app", "mail"] as const);
  const choices = toldKinds.flatMap((kind) => channels.map((channel) => ({ kind, channel, wanted: wanted.has(`${kind} ${channel}`) })));
  return runAction(chooseCommand, { choices }, () => ({ status: "done", message: "Saved." }));
}

export async function muteProject(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  const { muted, ...fields } = fieldsOf(form, ["project", "muted"]);
  return runAction(muteCommand, { ...fields, muted: muted === "true" }, (result) => ({
    status: "done",
    message: result.muted ? "You hear nothing of this project any more." : "You are told again.",
  }));
}

export async function sendTestMail(_previous: ActionResult, _form: FormData): Promise<ActionResult> {
  return runAction(testMailCommand, {}, () => ({ status: "done", message: "On its way. Look into your mailbox." }));
}
