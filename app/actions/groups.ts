"use server";

import { redirect } from "next/navigation";

import type { ActionResult } from "#lib/core/problem.ts";
import {
  createGroup as createCommand,
  deleteGroup as deleteCommand,
  updateGroup as updateCommand,
} from "#lib/domain/groups/commands/edit.ts";
import { addGroupMember as addCommand, removeGroupMember as removeCommand } from "#lib/domain/groups/commands/members.ts";
import { fieldsOf, runAction } from "#lib/server/run-action.ts";

export async function createGroup(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(createCommand, fieldsOf(form, ["name", "claim"]), ({ id }) => redirect(`/groups/${id}`));
}

export async function updateGroup(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  const { claim = null, ...fields } = fieldsOf(form, ["group", "name", "claim"]);
  return runAction(updateCommand, { ...fields, claim }, ({ left }) => ({
    status: "done",
    message: left === 0 ? "Saved." : `Saved. ${left} members by the old claim have left.`,
  }));
}

export async function deleteGroup(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(deleteCommand, fieldsOf(form, ["group"]), () => redirect("/groups"));
}

export async function addGroupMember(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(addCommand, fieldsOf(form, ["group", "email"]), ({ person }) => ({
    status: "done",
    message: `${person.name} is a member.`,
  }));
}

export async function removeGroupMember(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  return runAction(removeCommand, fieldsOf(form, ["group", "person"]), ({ person }) => ({
    status: "done",
    message: `${person.name} is no member any more.`,
  }));
}
