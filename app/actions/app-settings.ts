"use server";

import type { ActionResult, Problem } from "#lib/core/problem.ts";
import {
  allowPowers as allowCommand,
  importApp as importCommand,
  setAppSettings as setCommand,
} from "#lib/domain/app-settings/commands/set.ts";
import { type AppImportPreview, previewImport as previewQuery } from "#lib/domain/app-settings/queries.ts";
import { changedSettings, formFields } from "#lib/server/app-settings-form.ts";
import { askQuery } from "#lib/server/ask-query.ts";
import { fieldsOf, runAction } from "#lib/server/run-action.ts";

const done: ActionResult = { status: "done", message: "Saved. It applies from the next deployment on." };

export async function setAppSettings(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  const { set, size } = changedSettings(form);
  const input = { ...fieldsOf(form, ["project", "stage"]), set, ...(Object.keys(size).length === 0 ? {} : { size }) };
  return underFormNames(await runAction(setCommand, input, () => done), form);
}

/** The form's fields are called as they are in the layer. */
function underFormNames(result: ActionResult, form: FormData): ActionResult {
  if (result.status !== "failed" || result.fields === undefined) return result;
  const { fields, ...rest } = result;
  const named = formFields(fields, form);
  return { ...rest, ...(named === undefined ? {} : { fields: named }) };
}

/** Gives fields back to what they inherit. */
export async function inheritAppSettings(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  const { unset = "", ...layer } = fieldsOf(form, ["project", "stage", "unset"]);
  return runAction(setCommand, { ...layer, unset: unset.split(",").filter((name) => name !== "") }, () => done);
}

export async function importApp(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(importCommand, { json: "", ...fieldsOf(form, ["project", "stage", "json"]) }, () => ({
    status: "done",
    message: "Taken over. It applies from the next deployment on.",
  }));
}

export type PreviewResult =
  | { readonly status: "idle" }
  | { readonly status: "done"; readonly preview: AppImportPreview; readonly json: string }
  | { readonly status: "failed"; readonly problem: Problem };

export async function previewImport(_previous: PreviewResult, form: FormData): Promise<PreviewResult> {
  const input = { json: "", ...fieldsOf(form, ["project", "stage", "json"]) };
  const answer = await askQuery((reader, actor) => previewQuery(reader, actor, input));
  return "problem" in answer ? { status: "failed", problem: answer.problem } : { status: "done", preview: answer.result, json: input.json };
}

export async function allowPowers(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  const { powers = "", ...fields } = fieldsOf(form, ["project", "powers", "reason"]);
  const lines = powers
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  return runAction(allowCommand, { reason: "", ...fields, powers: lines }, () => ({ status: "done", message: "Saved." }));
}
