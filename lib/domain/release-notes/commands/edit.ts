import { BerthError } from "#lib/core/errors.ts";
import { appendEvent } from "#lib/platform/events/append.ts";

import { defineCommand } from "../../command.ts";
import { loadNote } from "../load.ts";
import { editNoteInput } from "../schema.ts";

/** Words of people instead of those made from the commits; an empty text takes them back. */
export const editNote = defineCommand({
  name: "release_note.edit",
  input: editNoteInput,
  load: (tx, { note }, actor) => loadNote(tx, actor, note),
  verb: "push",
  object: ({ projectId }) => ({ type: "project", projectId }) as const,
  async perform(tx, { id, projectId }, { version, body = "" }, actor) {
    const text = body.replaceAll("\r\n", "\n").trim();
    const { count } = await tx.releaseNote.updateMany({
      where: { id, version },
      data: { body: text === "" ? null : `${text}\n`, version: { increment: 1 }, editedByName: actor.name, editedAt: new Date() },
    });
    if (count === 0)
      throw new BerthError("conflict", { detail: "Somebody changed the note meanwhile. Load it again; copy your words first." });
    await appendEvent(tx, { kind: "project.changed", projectId, actorName: actor.name });
    return { id };
  },
  subject: (note, { body = "" }) => ({
    objectType: "release_note",
    objectId: note.id,
    objectName: `${note.fromName} → ${note.toName}`,
    projectId: note.projectId,
    stageKind: note.toKind ?? note.fromKind,
    before: { edited: note.body !== null },
    after: { edited: body.trim() !== "" },
  }),
});
