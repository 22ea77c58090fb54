import { BerthError } from "#lib/core/errors.ts";
import type { Transaction } from "#lib/platform/database/client.ts";
import { appendEvent } from "#lib/platform/events/append.ts";

import { defineCommand } from "../../command.ts";
import { loadProject } from "../../projects/load.ts";
import { findSide } from "../load.ts";
import { compareInput, notesAtMost } from "../schema.ts";

/** Asks for the note between two tags or environments: the one that is there, or a new one whose commits the worker reads. */
export const compareReleases = defineCommand({
  name: "release_note.compare",
  input: compareInput,
  async load(tx, { project: slug, from, to }, actor) {
    const project = await loadProject(tx, slug);
    return {
      projectId: project.id,
      from: await findSide(tx, actor, project.id, from),
      to: await findSide(tx, actor, project.id, to),
    };
  },
  verb: "view",
  object: ({ projectId }) => ({ type: "project", projectId }) as const,
  gate({ from, to }) {
    const missing = "There is no such tag, or nothing is live there.";
    const fields = { ...(from === null ? { from: missing } : {}), ...(to === null ? { to: missing } : {}) };
    if (from === null || to === null) throw new BerthError("invalid_input", { fields });
    if (from.commit === to.commit) throw new BerthError("conflict", { detail: "Both are the same commit: there is nothing between them." });
  },
  async perform(tx, { projectId, from, to }, _input, actor) {
    if (from === null || to === null) throw new BerthError("internal");
    const key = { projectId, fromName: from.name, fromCommit: from.commit, toName: to.name, toCommit: to.commit };
    const known = await tx.releaseNote.findUnique({
      where: { projectId_fromName_fromCommit_toName_toCommit: key },
      select: { id: true },
    });
    if (known !== null) return known;
    await makeRoom(tx, projectId);
    const note = await tx.releaseNote.create({
      data: { ...key, fromKind: from.kind, toKind: to.kind, refName: to.refName, createdByName: actor.name },
      select: { id: true },
    });
    await appendEvent(tx, { kind: "project.changed", projectId, actorName: actor.name });
    return note;
  },
  subject: ({ projectId, from, to }, _input, { id }) => ({
    objectType: "release_note",
    objectId: id,
    objectName: `${from?.name ?? ""} → ${to?.name ?? ""}`,
    projectId,
    // Of two stages the later one decides who may read of it: whoever sees production sees what comes before, as projects usually are.
    stageKind: to?.kind ?? from?.kind ?? null,
    detail: { from: from?.commit ?? null, to: to?.commit ?? null },
  }),
});

async function makeRoom(tx: Transaction, projectId: string): Promise<void> {
  const old = await tx.releaseNote.findMany({
    where: { projectId, body: null },
    orderBy: { createdAt: "desc" },
    skip: notesAtMost - 1,
    select: { id: true },
  });
  await tx.releaseNote.deleteMany({ where: { id: { in: old.map(({ id }) => id) } } });
}
