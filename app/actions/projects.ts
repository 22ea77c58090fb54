"use server";

import { redirect } from "next/navigation";

import type { ActionResult } from "#lib/core/problem.ts";
import { createProject as createCommand } from "#lib/domain/projects/commands/create.ts";
import {
  deleteProject as deleteCommand,
  setCredential as credentialCommand,
  syncProject as syncCommand,
  updateProject as updateCommand,
} from "#lib/domain/projects/commands/settings.ts";
import { makeProject } from "#lib/server/make-project.ts";
import { fieldsOf, runAction } from "#lib/server/run-action.ts";
import { makeSampleProject } from "#lib/server/sample-project.ts";

export async function createProject(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  const { way, sshKey, ...fields } = fieldsOf(form, ["name", "way", "repository", "username", "password", "sshKey"]);
  const input =
    way === "remote"
      ? { ...fields, repository: fields["repository"] ?? "", ...(sshKey === undefined ? {} : { sshKey: true }) }
      : { name: fields["name"] };
  return runAction({ name: createCommand.name, run: makeProject }, input, ({ slug }) => redirect(`/p/${slug}`));
}

export async function createSample(_previous: ActionResult, _form: FormData): Promise<ActionResult> {
  return runAction({ name: "project.create-sample", run: makeSampleProject }, {}, ({ slug }) => redirect(`/p/${slug}`));
}

export async function updateProject(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  const { port, healthTimeoutSeconds, ...fields } = fieldsOf(form, [
    "project",
    "name",
    "dockerfilePath",
    "contextPath",
    "port",
    "healthPath",
    "healthTimeoutSeconds",
  ]);
  const tags = form.get("protectedTags");
  const input = {
    ...fields,
    port: port === undefined ? null : Number(port),
    ...(healthTimeoutSeconds === undefined ? {} : { healthTimeoutSeconds: Number(healthTimeoutSeconds) }),
    // An empty field is a wish too; a form without it has none.
    ...(typeof tags === "string" ? { protectedTags: tags.split(/[\s,]+/).filter((pattern) => pattern !== "") } : {}),
  };
  return runAction(updateCommand, input, () => ({ status: "done", message: "Saved. It applies from the next deployment on." }));
}

export async function deleteProject(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(deleteCommand, { confirm: "", ...fieldsOf(form, ["project", "confirm"]) }, () => redirect("/"));
}

export async function syncProject(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(syncCommand, fieldsOf(form, ["project"]), () => ({ status: "done", message: "Looking." }));
}

export async function setCredential(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(credentialCommand, fieldsOf(form, ["project", "kind", "username", "password"]), () => ({
    status: "done",
    message: "Saved; looking at the repository again.",
  }));
}
