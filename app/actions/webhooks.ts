"use server";

import type { ActionResult } from "#lib/core/problem.ts";
import { connectForgeCommand, disconnectForge as disconnectCommand } from "#lib/domain/forges/commands/connect.ts";
import { createHook as createCommand, removeHook as removeCommand, updateHook as updateCommand } from "#lib/domain/hooks/commands/edit.ts";
import { redeliverOutgoing, testHook as testCommand } from "#lib/domain/hooks/commands/send.ts";
import { redeliverInbound } from "#lib/domain/inbound-hooks/commands/redeliver.ts";
import { removeInboundHook, rotateInboundSecret } from "#lib/domain/inbound-hooks/commands/secret.ts";
import { fieldsOf, runAction } from "#lib/server/run-action.ts";

const textsOf = (form: FormData, name: string) => form.getAll(name).filter((value) => typeof value === "string");

export async function createHook(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  const input = { ...fieldsOf(form, ["project", "name", "format", "url"]), kinds: textsOf(form, "kinds") };
  return runAction(createCommand, input, ({ secret }) => ({
    status: "done",
    message: "The webhook is there.",
    ...(secret === null ? {} : { created: { token: secret } }),
  }));
}

export async function updateHook(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  const { enabled, ...fields } = fieldsOf(form, ["hook", "enabled"]);
  return runAction(updateCommand, { ...fields, enabled: enabled === "true" }, () => ({ status: "done", message: "Saved." }));
}

export async function removeHook(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(removeCommand, fieldsOf(form, ["hook"]), () => ({ status: "done", message: "The webhook is removed." }));
}

export async function testHook(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(testCommand, fieldsOf(form, ["hook"]), () => ({
    status: "done",
    message: "Sent. The log below says whether it arrived.",
  }));
}

export async function redeliver(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(redeliverOutgoing, fieldsOf(form, ["delivery"]), () => ({ status: "done", message: "Sending it again." }));
}

export async function makeInboundSecret(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(rotateInboundSecret, fieldsOf(form, ["project", "forge"]), ({ url, secret }) => ({
    status: "done",
    created: { token: secret, link: url },
  }));
}

export async function removeInbound(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(removeInboundHook, fieldsOf(form, ["project", "forge"]), () => ({ status: "done", message: "Removed." }));
}

export async function redeliverReceived(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(redeliverInbound, fieldsOf(form, ["delivery"]), () => ({ status: "done", message: "Looking at the repository." }));
}

export async function connectForge(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  const input = {
    ...fieldsOf(form, ["project", "forge", "apiUrl", "repository", "accessToken"]),
    statuses: form.get("statuses") !== null,
    comments: form.get("comments") !== null,
  };
  return runAction(connectForgeCommand, input, () => ({ status: "done", message: "Saved. Berth tells it within seconds." }));
}

export async function disconnectForge(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(disconnectCommand, fieldsOf(form, ["project"]), () => ({ status: "done", message: "Disconnected." }));
}
