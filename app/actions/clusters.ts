"use server";

import { redirect } from "next/navigation";

import type { ActionResult } from "#lib/core/problem.ts";
import { chooseCluster as chooseCommand } from "#lib/domain/clusters/commands/choose.ts";
import { addCluster as addCommand, updateCluster as updateCommand } from "#lib/domain/clusters/commands/edit.ts";
import { checkCluster as checkCommand, removeCluster as removeCommand } from "#lib/domain/clusters/commands/remove.ts";
import { fieldsOf, runAction } from "#lib/server/run-action.ts";

const reach = ["name", "credentials", "username", "secret", "caCertificate", "mesosUrl"] as const;

export async function addCluster(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  const fields = fieldsOf(form, reach);
  return runAction(addCommand, { ...fields, urls: addressesOf(form) }, ({ id }) => redirect(`/clusters/${id}`));
}

export async function updateCluster(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  const { caCertificate = null, mesosUrl = null, ...fields } = fieldsOf(form, ["cluster", ...reach]);
  return runAction(updateCommand, { ...fields, caCertificate, mesosUrl, urls: addressesOf(form) }, () => ({
    status: "done",
    message: "Saved.",
  }));
}

export async function removeCluster(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(removeCommand, fieldsOf(form, ["cluster"]), () => redirect("/clusters"));
}

export async function checkCluster(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(checkCommand, fieldsOf(form, ["cluster"]));
}

export async function chooseCluster(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(chooseCommand, fieldsOf(form, ["project", "stage", "cluster"]), ({ after }) => ({
    status: "done",
    message: after === "project" ? "New environments of the stage go where the project’s go." : "New environments go there from now on.",
  }));
}

/** One address per line. */
function addressesOf(form: FormData): string[] {
  const text = form.get("urls");
  return typeof text === "string" ? text.split(/[\s,]+/u).filter((line) => line !== "") : [];
}
