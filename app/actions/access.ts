"use server";

import { cookies } from "next/headers";
import { redirect } from "next/navigation";

import type { ActionResult } from "#lib/core/problem.ts";
import { changePassword as changePasswordCommand } from "#lib/domain/access/commands/change-password.ts";
import { endSession as endSessionCommand, signOut as signOutCommand } from "#lib/domain/access/commands/sessions.ts";
import { createToken as createTokenCommand, revokeToken as revokeTokenCommand } from "#lib/domain/access/commands/tokens.ts";
import { setUp as setUpInstallation } from "#lib/domain/access/first-admin.ts";
import { keepSession, requestSource } from "#lib/server/current-actor.ts";
import { signInWithPassword } from "#lib/server/next-auth.ts";
import { ownPath } from "#lib/server/own-path.ts";
import { answering, fieldsOf, runAction } from "#lib/server/run-action.ts";
import { services } from "#lib/server/services.ts";
import { cookieAttributes, sessionCookie, sessionCookieName } from "#lib/server/session-cookie.ts";

export async function signIn(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return answering(async () => {
    await keepSession(await signInWithPassword(fieldsOf(form, ["email", "password"])));
    redirect(ownPath(form.get("next")));
  });
}

export async function setUp(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return answering(async () => {
    const { sessionId } = await setUpInstallation(
      services().database,
      fieldsOf(form, ["code", "name", "email", "password"]),
      await requestSource(),
    );
    (await cookies()).set(await sessionCookie(sessionId));
    redirect("/");
  });
}

export async function signOut(_previous: ActionResult, _form: FormData): Promise<ActionResult> {
  await runAction(signOutCommand, {});
  (await cookies()).set({ ...cookieAttributes, name: sessionCookieName, value: "", maxAge: 0 });
  redirect("/sign-in");
}

export async function changePassword(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(changePasswordCommand, fieldsOf(form, ["current", "password"]), () => ({
    status: "done",
    message: "Password changed. Your other sessions have ended.",
  }));
}

export async function createToken(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  const { name = "", expires } = fieldsOf(form, ["name", "expires"]);
  const input = {
    name,
    ...(expires === undefined ? {} : { expires: Number(expires) }),
    ...(form.get("projectScope") === "some" ? { projects: form.getAll("project") } : {}),
    ...(form.get("verbScope") === "some" ? { verbs: form.getAll("verb") } : {}),
  };
  return runAction(createTokenCommand, input, ({ token }) => ({ status: "done", created: { token } }));
}

export async function revokeToken(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(revokeTokenCommand, fieldsOf(form, ["id"]), () => ({ status: "done", message: "Token revoked." }));
}

export async function endSession(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(endSessionCommand, fieldsOf(form, ["id"]), () => ({ status: "done", message: "Session ended." }));
}
