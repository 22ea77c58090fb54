"use server";

import { redirect } from "next/navigation";

import type { ActionResult } from "#lib/core/problem.ts";
import { acceptInvitationInBrowser } from "#lib/domain/people/accept-invitation.ts";
import { createPerson as createCommand } from "#lib/domain/people/commands/create.ts";
import { invitePerson as inviteCommand, revokeInvitation as revokeInvitationCommand } from "#lib/domain/people/commands/invite.ts";
import { revokePersonToken as revokeTokenCommand, signOutPerson as signOutCommand } from "#lib/domain/people/commands/shut-out.ts";
import { unlinkIdentity as unlinkCommand } from "#lib/domain/people/commands/unlink.ts";
import { updatePerson as updateCommand } from "#lib/domain/people/commands/update.ts";
import { currentActor, keepSession, requestVisitor } from "#lib/server/current-actor.ts";
import { passwordUsers } from "#lib/server/password-users.ts";
import { answering, fieldsOf, runAction } from "#lib/server/run-action.ts";
import { services } from "#lib/server/services.ts";

export async function createPerson(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  const input = { ...fieldsOf(form, ["email", "name"]), isAdmin: form.get("isAdmin") !== null, mail: form.get("mail") !== null };
  return runAction(createCommand, input, ({ invitationUrl }) => ({
    status: "done",
    ...(invitationUrl === null ? {} : { created: { link: invitationUrl } }),
  }));
}

export async function updatePerson(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  const { isAdmin, disabled, ...fields } = fieldsOf(form, ["person", "name", "email", "password", "isAdmin", "disabled"]);
  const input = {
    ...fields,
    ...(isAdmin === undefined ? {} : { isAdmin: isAdmin === "true" }),
    ...(disabled === undefined ? {} : { disabled: disabled === "true" }),
  };
  return runAction(updateCommand, input, ({ sessionsEnded }) => ({
    status: "done",
    message: sessionsEnded === 0 ? "Saved." : `Saved. ${sessionsEnded} ${sessionsEnded === 1 ? "session" : "sessions"} ended.`,
  }));
}

export async function invitePerson(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(inviteCommand, fieldsOf(form, ["person"]), ({ url }) => ({ status: "done", created: { link: url } }));
}

export async function revokeInvitation(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(revokeInvitationCommand, fieldsOf(form, ["person"]), () => ({ status: "done", message: "The link is revoked." }));
}

export async function signOutPerson(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(signOutCommand, fieldsOf(form, ["person"]), ({ ended }) => ({
    status: "done",
    message: `Signed out of ${ended} ${ended === 1 ? "session" : "sessions"}.`,
  }));
}

export async function revokePersonToken(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(revokeTokenCommand, fieldsOf(form, ["person", "token"]), () => ({ status: "done", message: "Token revoked." }));
}

export async function unlinkIdentity(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(unlinkCommand, fieldsOf(form, ["person", "provider"]), ({ ended }) => ({
    status: "done",
    message: `Unlinked. ${ended} ${ended === 1 ? "session" : "sessions"} ended.`,
  }));
}

/** Open to strangers: the code in the form is the right. */
export async function acceptInvitation(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return answering(async () => {
    const input = fieldsOf(form, ["code", "name", "password"]);
    const visitor = await requestVisitor();
    await keepSession(await acceptInvitationInBrowser(services().database, await currentActor(), input, visitor, passwordUsers()));
    redirect("/");
  });
}
