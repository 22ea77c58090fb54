"use server";

import type { ActionResult } from "#lib/core/problem.ts";
import { giveVerdict as giveCommand } from "#lib/domain/verdicts/commands/give.ts";
import { verdictWords } from "#lib/domain/verdicts/words.ts";
import { fieldsOf, runAction } from "#lib/server/run-action.ts";

const answers: Readonly<Record<string, boolean>> = { yes: true, no: false };

export async function giveVerdict(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  const fields = fieldsOf(form, ["environment", "verdict", "words", "release", "seen"]);
  const kind = fields["verdict"];
  const done = kind === "approve" || kind === "reject" || kind === "not_testable" ? `${verdictWords[kind]}.` : "Your verdict is kept.";
  return runAction(giveCommand, { ...fields, checklist: checklistIn(form), evidence: textsOf(form, "evidence") }, () => ({
    status: "done",
    message: done,
  }));
}

/** Items come in the order of their answers: `item` and `answer` are two lists of one length. */
function checklistIn(form: FormData) {
  const given = textsOf(form, "answer");
  return textsOf(form, "item").map((item, position) => ({ item, ok: answers[given[position] ?? ""] ?? null }));
}

function textsOf(form: FormData, name: string): string[] {
  return form.getAll(name).filter((value) => typeof value === "string");
}
